import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DEAD_LETTER_TYPE, type RawMessage } from '#messaging';
import { readDeadLetter, UNREADABLE } from './dead-letter.js';

const headers = { ce_id: 'e-1', ce_source: 'order', ce_type: 't', ce_correlationid: 'saga' };
const data = { topic: 'order.events', partition: 2, offset: '7', key: 'k', headers, value: '{}' };
const raw = (more: object = {}, at: Partial<RawMessage> = {}): RawMessage => ({
  ...{ topic: 'order.events.dlq', partition: 0, offset: '1', timestamp: '1793527200000' },
  key: Buffer.from('k'),
  value: Buffer.from(JSON.stringify({ ...data, ...more })),
  headers: {
    ...{ ce_specversion: '1.0', ce_id: 'dead:1', ce_source: '/x', ce_type: DEAD_LETTER_TYPE },
    ...{ ce_deadcode: 'loop', ce_deadmessage: 'round and round', ce_deadtype: 't' },
  },
  ...at,
});

describe('a dead letter', () => {
  it('is read with the place, the reason and the marks of its original', () => {
    const letter = readDeadLetter(raw());
    expect(letter).toMatchObject({
      ...{ topic: 'order.events', partition: 2, offset: '7', key: 'k', code: 'loop', attempt: 0 },
      ...{ message: 'round and round', type: 't', source: 'order', eventId: 'e-1' },
      ...{ sagaId: 'saga', unfit: null, redriveOf: null, readers: [] },
    });
    expect(letter.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('is the same one wherever and however often it lies, and another one in another place', () => {
    const { id } = readDeadLetter(raw());
    expect(readDeadLetter(raw({ value: '{ }' }, { offset: '9' })).id).toBe(id);
    const others = [
      { offset: '8' },
      { partition: 3 },
      { headers: { ...headers, ce_id: 'e-2' } },
      { headers: {} },
      { headers: {}, value: 'other' },
    ];
    const ids = [id, ...others.map((other) => readDeadLetter(raw(other)).id)];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('of one that had been sent again says of which, and how often', () => {
    const redriveOf = '0198f7a6-0b54-8c43-8d1e-3f3c2a1b4c5d';
    const again = { ...headers, ce_redrive: '3', ce_redriveof: redriveOf };
    expect(readDeadLetter(raw({ headers: again }))).toMatchObject({ attempt: 3, redriveOf });
    const odd = { ...headers, ce_redrive: '-1', ce_redriveof: 'x' };
    expect(readDeadLetter(raw({ headers: odd }))).toMatchObject({ attempt: 0, redriveOf: null });
  });

  it.each([
    [{ truncated: true }, 'too large'],
    [{ value: undefined }, 'no value'],
    [{ value: '{' }, 'no JSON'],
    [{ valueBase64: '/w==', value: undefined }, 'no JSON'],
    [{ key: 'a\0' }, 'NUL'],
  ])('with %j can never be sent again', (more, why) => {
    expect(readDeadLetter(raw(more)).unfit).toContain(why);
  });

  it.each([{ topic: 'saga.inbox' }, { partition: -1 }, { offset: 'x' }, { headers: { a: 1 } }])(
    'with %j is none',
    (more) => {
      const kept = readDeadLetter(raw(more));
      expect(kept).toMatchObject({ topic: 'order.events.dlq', offset: '1', code: UNREADABLE });
    },
  );

  it('is made of whatever lies there, and always fits its columns', () => {
    const bytes = fc.option(fc.uint8Array({ maxLength: 50 }).map((list) => Buffer.from(list)));
    const text = fc.option(fc.string({ unit: 'binary', maxLength: 600 }), { nil: undefined });
    const given = fc.record({
      value: bytes,
      key: bytes,
      code: text,
      id: text,
      time: text,
      data: text,
      // Anybody may write any 64 bits there; the first such one is in the year -1199.
      timestamp: fc.oneof(fc.constant(-100_000_000_000_000n), fc.bigInt(-(2n ** 63n), 2n ** 63n)),
    });
    fc.assert(
      fc.property(given, ({ value, key, code, id, time, timestamp, data: own }) => {
        const at = { timestamp: String(timestamp) };
        const extra = { ce_deadcode: code, ce_time: time, ce_id: id, ce_correlationid: own };
        const letters = [
          readDeadLetter({ ...raw(), ...at, value, key, headers: extra }),
          readDeadLetter(
            raw({ key: own ?? '' }, { ...at, headers: { ...raw().headers, ...extra } }),
          ),
        ];
        for (const letter of letters) {
          for (const shown of [letter.key, letter.code, letter.eventId, letter.sagaId ?? '']) {
            expect(shown).not.toContain('\0');
            expect(shown.isWellFormed()).toBe(true);
            expect(shown.length).toBeLessThanOrEqual(250);
          }
          expect(letter.diedAt.toISOString()).toMatch(/^(19[7-9]|[2-9]\d\d)\d-/);
        }
      }),
    );
  });
});
