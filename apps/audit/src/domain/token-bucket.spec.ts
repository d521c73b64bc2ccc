import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TokenBucket } from './token-bucket.js';

const SECOND_MS = 1_000;

describe('a token bucket', () => {
  it('lets through its rate, evenly, whoever asks as it says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (rate) => {
        const bucket = new TokenBucket(rate, 0);
        let nowMs = 0;
        let passed = 0;
        let most = 0;
        while (nowMs < 20 * SECOND_MS) {
          const count = bucket.available(nowMs);
          bucket.take(count);
          passed += count;
          most = Math.max(most, passed - (nowMs * rate) / SECOND_MS);
          nowMs += bucket.waitMs();
        }
        expect(most).toBeLessThanOrEqual(1);
        expect(passed).toBeGreaterThan(20 * rate * 0.9 - 1);
      }),
    );
  });

  it('does not make up for a pause', () => {
    const bucket = new TokenBucket(100, 0);
    expect(bucket.available(60 * SECOND_MS)).toBe(20);
  });
});
