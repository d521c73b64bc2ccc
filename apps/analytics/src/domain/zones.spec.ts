/** Promise attacked here: whatever is known of a merchant's zones, in whatever order, days follow. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayIn } from './day-in.js';
import { changedFrom, zoneAt } from './zones.js';

const tokyo = { revision: 1, at: 1_000, timeZone: 'Asia/Tokyo' };
const london = { revision: 3, at: 3_000, timeZone: 'Europe/London' };

describe('the zone of a moment', () => {
  it('is that of the latest revision by then, or of the first that is known', () => {
    const known = [london, tokyo];
    expect([0, 1_000, 2_999, 3_000].map((at) => zoneAt(known, at))).toEqual([
      ...['Asia/Tokyo', 'Asia/Tokyo', 'Asia/Tokyo', 'Europe/London'],
    ]);
    expect(zoneAt([london], 0)).toBe('Europe/London');
    expect(zoneAt([], 0)).toBe('UTC');
  });

  it('follows the revision where clocks disagree', () => {
    const early = { revision: 4, at: 500, timeZone: 'UTC' };
    expect(zoneAt([tokyo, london, early], 5_000)).toBe('UTC');
    expect(zoneAt([tokyo, london, early], 400)).toBe('Asia/Tokyo');
  });
});

describe('what changes', () => {
  it('begins at the first moment that has another zone', () => {
    expect(changedFrom([], [tokyo])).toBe(-Infinity);
    expect(changedFrom([], [{ ...tokyo, timeZone: 'UTC' }])).toBeUndefined();
    expect(changedFrom([tokyo], [tokyo, london])).toBe(3_000);
    expect(changedFrom([london], [tokyo, london])).toBe(-Infinity);
    expect(changedFrom([tokyo], [tokyo, { ...tokyo, revision: 2, at: 2_000 }])).toBeUndefined();
  });

  it('is nothing before that moment, for any zones', () => {
    const zone = fc.record({
      revision: fc.integer({ min: 1, max: 5 }),
      at: fc.integer({ min: 0, max: 20 }),
      timeZone: fc.constantFrom('UTC', 'Asia/Tokyo', 'Europe/London'),
    });
    const zones = fc.uniqueArray(zone, { selector: ({ revision }) => revision });
    fc.assert(
      fc.property(zones, zones, (before, now) => {
        const from = changedFrom(before, now);
        for (let at = -1; at <= 21; at += 1) {
          if (from !== undefined && at >= from) break;
          expect(zoneAt(now, at)).toBe(zoneAt(before, at));
        }
        if (from !== undefined && Number.isFinite(from)) {
          expect(zoneAt(now, from)).not.toBe(zoneAt(before, from));
        }
      }),
    );
  });
});

describe('a day', () => {
  it.each([
    ['UTC', '2026-11-30T23:59:59.999Z', '2026-11-30'],
    ['Asia/Tokyo', '2026-11-30T15:00:00.000Z', '2026-12-01'],
    ['Asia/Tokyo', '2026-11-30T14:59:59.999Z', '2026-11-30'],
    ['America/New_York', '2026-03-08T04:59:59.999Z', '2026-03-07'],
    ['America/New_York', '2026-03-09T03:59:59.999Z', '2026-03-08'],
    ['America/New_York', '2026-03-09T04:00:00.000Z', '2026-03-09'],
    ['Asia/Kathmandu', '2026-01-01T18:15:00.000Z', '2026-01-02'],
    ['America/New_York', '1970-01-01T00:00:00.000Z', '1969-12-31'],
  ])('in %s, at %s, is %s', (zone, moment, day) => {
    expect(dayIn(zone, Date.parse(moment))).toBe(day);
  });
});
