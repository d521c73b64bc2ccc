import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decode } from './codec.js';
import type { OutgoingEvent, ReceivedEvent } from './event.js';
import { anEvent, fetched } from './fixtures/events.js';
import { caused, loopOf, MAX_HOPS, MAX_REPEATS } from './loop-guard.js';

const received = (event: OutgoingEvent): ReceivedEvent => {
  const decoded = decode(fetched(event));
  if ('undecodable' in decoded) throw new Error(decoded.undecodable.message);
  return decoded.event;
};

/** Services that answer each other's events for ever; the answer: after how many it is stopped. */
function stoppedAfter(types: readonly string[], limit = 1_000): number {
  let event = received(anEvent({ type: types[0] ?? '' }));
  for (let hops = 1; hops < limit; hops += 1) {
    if (loopOf(event) !== undefined) return hops;
    event = received(caused(event, anEvent({ type: types[hops % types.length] ?? '' })));
  }
  return limit;
}

describe('the loop guard', () => {
  test('stops an event that causes itself, the tenth time', () => {
    expect(stoppedAfter(['a'])).toBe(MAX_REPEATS);
  });

  test.each([2, 3, 6])('stops a circle of %d services in its tenth round', (length) => {
    const types = Array.from({ length }, (_, index) => `type-${index}`);
    expect(stoppedAfter(types)).toBe((MAX_REPEATS - 1) * length + 1);
  });

  test('stops every circle, however long, before it has gone on for ever', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (length) => {
        const types = Array.from({ length }, (_, index) => `type-${index}`);
        expect(stoppedAfter(types)).toBeLessThanOrEqual(MAX_HOPS + 1);
      }),
      { numRuns: 20 },
    );
  });

  test('does not count resends, which nothing caused', () => {
    const first = received(anEvent());
    for (let resend = 0; resend < 50; resend += 1) {
      expect(loopOf(received(caused(first, anEvent({ type: 'b' }))))).toBeUndefined();
    }
  });

  test('tells subjects apart', () => {
    let event = received(anEvent({ type: 'a', subject: 'order-0' }));
    for (let order = 1; order < 50; order += 1) {
      event = received(caused(event, anEvent({ type: 'a', subject: `order-${order}` })));
      expect(loopOf(event)).toBeUndefined();
    }
  });

  test('keeps the chain small', () => {
    let event = received(anEvent());
    for (let hop = 0; hop < 200; hop += 1) {
      event = received(caused(event, anEvent({ type: `type-${hop}`, subject: `subject-${hop}` })));
    }
    expect(event.extensions?.['chain']?.length).toBeLessThan(300);
  });

  test('keeps it small whatever types and subjects are in it, and still finds the loop', () => {
    const [type, subject] = ['é'.repeat(400_000), `${'x'.repeat(199)}😀`.repeat(2_000)];
    const first = received(anEvent());
    let event = { ...first, type, subject };
    for (let round = 1; round < MAX_REPEATS; round += 1) {
      expect(loopOf(event)).toBeUndefined();
      const { extensions } = caused(event, anEvent());
      expect(extensions?.['chain']?.length).toBeLessThan(20_000);
      event = { ...event, extensions: { ...extensions } };
    }
    expect(loopOf(event)).toContain('10 times');
  });

  test('finds the loop that hides behind a long chain, too', () => {
    const chain = `1 ${'1*x '.repeat(100_000)}${MAX_REPEATS - 1}*a`;
    const event = { ...received(anEvent({ type: 'a' })), extensions: { chain } };
    expect(loopOf(event)).toContain('10 times');
  });

  test('names the cause and passes on trace and correlation, where the event does not', () => {
    const by = received(anEvent({ id: 'cause', correlationid: 'saga', traceparent: 'trace' }));

    expect(caused(by, anEvent())).toMatchObject({
      causationid: 'cause',
      correlationid: 'saga',
      traceparent: 'trace',
    });
    expect(
      caused(by, anEvent({ causationid: 'x', correlationid: 'y', traceparent: 'z' })),
    ).toMatchObject({
      causationid: 'x',
      correlationid: 'y',
      traceparent: 'z',
    });
  });

  test('survives every chain from outside', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (chain) => {
        const event = received(anEvent({ extensions: { chain } }));
        loopOf(event);
        expect(loopOf(received(caused(event, anEvent({ type: 'b' }))))).toBeUndefined();
      }),
    );
  });
});
