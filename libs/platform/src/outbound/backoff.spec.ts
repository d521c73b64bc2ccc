import { describe, expect, it } from '@jest/globals';
import { backoffMs } from './backoff.js';

describe('the pause between two tries', () => {
  const backoff = { baseMs: 500, maxMs: 30_000 };

  it('doubles up to its ceiling, however many tries there were', () => {
    const pauses = [1, 2, 3, 7, 8, 5_000].map((attempts) => backoffMs(backoff, attempts, () => 1));
    expect(pauses).toEqual([500, 1_000, 2_000, 30_000, 30_000, 30_000]);
  });

  it('is spread over its upper half', () => {
    expect(backoffMs(backoff, 2, () => 0)).toBe(500);
    expect(backoffMs(backoff, 2, () => 0.5)).toBe(750);
  });
});
