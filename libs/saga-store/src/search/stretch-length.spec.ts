import { describe, expect, it } from '@jest/globals';
import { nextLength } from './stretch-length.js';

const limits = { firstStretch: 200, longestStretch: 10_000 };
const last = { length: 200, tookMs: 2, isCut: false };

describe('the next stretch of a search', () => {
  it('is ten times as long where little was found', () => {
    expect(nextLength(last, 90, limits)).toBe(2_000);
  });

  it('is never longer than the longest', () => {
    expect(nextLength({ ...last, length: 2_000, tookMs: 1 }, 90, limits)).toBe(10_000);
  });

  it('is as long as the last one where that found enough', () => {
    expect(nextLength({ ...last, length: 2_000, isCut: true }, 90, limits)).toBe(2_000);
  });

  it('is no longer than there is time for at the pace of the last one', () => {
    expect(nextLength({ ...last, length: 2_000, tookMs: 40 }, 60, limits)).toBe(3_000);
    expect(nextLength({ ...last, length: 2_000, tookMs: 40, isCut: true }, 10, limits)).toBe(500);
  });

  it('is one of the first kind when time is nearly over, and whatever a clock says', () => {
    expect(nextLength({ ...last, length: 2_000, tookMs: 95 }, 0, limits)).toBe(200);
    expect(nextLength({ ...last, tookMs: 0 }, 0.5, limits)).toBe(200);
    expect(nextLength(last, Infinity, limits)).toBe(2_000);
  });
});
