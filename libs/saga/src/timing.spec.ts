import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defaultTiming, intervalMs, longestIntervalMs, timingOf, utcDay } from './timing.js';

describe('the interval between two sendings', () => {
  it('doubles up to its ceiling', () => {
    const intervals = [1, 2, 3, 4, 5, 99].map((attempt) => intervalMs(defaultTiming, attempt, 0));
    expect(intervals).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
    expect(longestIntervalMs(defaultTiming, 0)).toBe(60_000);
  });

  it('stays the same when fixed, and is never shorter than the timeout', () => {
    const fixed = { ...defaultTiming, backoff: 'fixed' as const };
    expect(intervalMs(fixed, 7, 0)).toBe(10_000);
    expect(intervalMs({ ...defaultTiming, backoffMaxMs: 1 }, 7, 0)).toBe(10_000);
  });

  it('is spread by at most a fifth', () => {
    expect(intervalMs(defaultTiming, 1, 0.5)).toBe(11_000);
    expect(intervalMs(defaultTiming, 1, 0.999)).toBeLessThan(12_000);
  });

  it('is the step’s own where it has one', () => {
    const own = { name: 's', kind: 'local' as const, timeoutMs: 1, attempts: 2, backoffMaxMs: 3 };
    expect(timingOf({ ...own, backoff: 'fixed', pendingMs: 4 }, defaultTiming)).toEqual({
      timeoutMs: 1,
      attempts: 2,
      backoff: 'fixed',
      backoffMaxMs: 3,
      pendingMs: 4,
    });
    expect(timingOf({ name: 's', kind: 'local' }, defaultTiming)).toEqual(defaultTiming);
  });
});

describe('the UTC day', () => {
  it('is the calendar’s for every moment', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2.5e14 }), (epochMs) => {
        const iso = new Date(epochMs).toISOString();
        expect(utcDay(epochMs)).toBe(iso.slice(0, 10));
      }),
    );
    expect(utcDay(Date.UTC(2024, 1, 29))).toBe('2024-02-29');
    // Where a year of this calculation begins, whichever of its corrections is wrong shows.
    for (let year = 1970; year < 2410; year += 1) {
      expect(utcDay(Date.UTC(year, 2, 1))).toBe(`${year}-03-01`);
    }
    // The last day of an era of 400 years.
    expect(utcDay(Date.UTC(2000, 1, 29))).toBe('2000-02-29');
    expect(utcDay(Date.UTC(2000, 11, 31, 23, 59))).toBe('2000-12-31');
  });
});
