import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EpochTracker, type Ticket } from './watermark.js';

describe('the watermark', () => {
  test('stays below what is outstanding, also when later numbers are published first', () => {
    const tracker = new EpochTracker('1');
    const first = tracker.open(2);
    const second = tracker.open(3);

    tracker.published(second, 3);
    expect(tracker.watermark).toBe(0);
    tracker.published(first);
    expect(tracker.watermark).toBe(0);
    tracker.published(first);
    expect(tracker.watermark).toBe(5);
  });

  test('without some events passes tickets of these alone', () => {
    const tracker = new EpochTracker('1');
    const [stuck, mixed, last] = [tracker.open(2), tracker.open(2), tracker.open(1)];
    const some = new Map([
      [stuck, 2],
      [mixed, 1],
    ]);
    expect(tracker.watermarkBut(some)).toBe(2);
    tracker.published(mixed);
    expect(tracker.watermarkBut(some)).toBe(4);
    tracker.published(last);
    expect(tracker.watermarkBut(some)).toBe(5);
    expect(tracker.watermark).toBe(0);
  });

  test('passes numbers whose transaction was rolled back', () => {
    const tracker = new EpochTracker('1');
    const aborted = tracker.open(2);
    tracker.published(tracker.open(1));
    tracker.abort(aborted);
    expect(tracker.watermark).toBe(3);
  });

  test('never passes a commit whose outcome is unknown', () => {
    const tracker = new EpochTracker('1');
    tracker.published(tracker.open(1));
    const unknown = tracker.open(1);
    tracker.published(tracker.open(1));

    tracker.unknown(unknown);

    expect(tracker).toMatchObject({ watermark: 1, retired: true, isIdle: true, hasUnknown: true });
  });

  test('keeps rows with lower numbers that were left in the table while others were read', () => {
    const tracker = new EpochTracker('1');
    const slow = tracker.open(2);
    tracker.spill(tracker.open(2), 0);
    const reading = tracker.firstSpilled;
    if (reading === undefined) throw new Error('nothing to read');
    tracker.spill(slow, 0);

    tracker.published(tracker.readBack(reading, 1));

    expect(tracker.watermark).toBe(0);
    expect(tracker.firstSpilled).toMatchObject({ from: 1, to: 2 });
  });

  test('an hour of rows left in the table is one range in memory, rollbacks included', () => {
    const tracker = new EpochTracker('1');
    for (let unit = 0; unit < 10_000; unit += 1) {
      const ticket = tracker.open(3);
      if (unit % 7 === 3) tracker.abort(ticket);
      else tracker.spill(ticket, 0);
    }
    expect(tracker.firstSpilled).toMatchObject({ from: 1, to: 30_000 });
    expect(tracker.watermark).toBe(0);
  });

  /** A number is settled when published or rolled back; the watermark is all before the first that is not. */
  test('is right after any history', () => {
    const action = fc.record({
      kind: fc.constantFrom('open', 'publish', 'abort', 'spill', 'unknown', 'read', 'readBack'),
      pick: fc.nat(),
      count: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
        const tracker = new EpochTracker('1');
        const settled = new Set<number>();
        const open: Ticket[] = [];
        const committed: Ticket[] = [];
        let given = 0;
        let reading: { from: number; to: number } | undefined;
        const settle = ({ from, to }: { from: number; to: number }): void => {
          for (let n = from; n <= to; n += 1) settled.add(n);
        };
        const take = (from: Ticket[], pick: number): Ticket | undefined =>
          from.splice(pick % Math.max(1, from.length), 1)[0];
        for (const { kind, pick, count } of actions) {
          if (kind === 'open') {
            const ticket = tracker.open(count);
            expect(ticket.from).toBe(given + 1);
            given = ticket.to;
            (pick % 2 ? open : committed).push(ticket);
          } else if (kind === 'publish') {
            const ticket = take(committed, pick);
            if (ticket === undefined) continue;
            for (let n = ticket.remaining; n > 0; n -= 1) tracker.published(ticket);
            settle(ticket);
          } else if (kind === 'abort') {
            const ticket = take(open, pick);
            if (ticket === undefined) continue;
            const isSpilled = tracker.hasSpilled;
            tracker.abort(ticket);
            if (!isSpilled) settle(ticket);
          } else if (kind === 'spill') {
            const ticket = take(committed, pick);
            if (ticket !== undefined) tracker.spill(ticket, 0);
          } else if (kind === 'unknown') {
            const ticket = take(open, pick);
            if (ticket !== undefined) tracker.unknown(ticket);
          } else if (kind === 'read') {
            reading ??= tracker.firstSpilled;
          } else if (reading) {
            const { from, to } = reading;
            reading = undefined;
            const range = { from, to: from + (pick % (to - from + 1)) };
            const rows = count - 1;
            const ticket = tracker.readBack(range, rows);
            expect(ticket).toMatchObject(range);
            if (rows === 0) settle(ticket);
            else committed.push(ticket);
          }
          let expected = 0;
          while (settled.has(expected + 1)) expected += 1;
          expect(tracker.watermark).toBe(expected);
        }
      }),
    );
  });
});
