import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bisect, Interrupted } from './bisect.js';

/** Runs over the numbers 0..length-1, of which some are bad. */
async function run(length: number, bad: ReadonlySet<number>) {
  const done: number[] = [];
  const culprits: number[] = [];
  let attempts = 0;
  await bisect(
    Array.from({ length }, (_, item) => item),
    {
      attempt: (part) => {
        attempts += 1;
        if (part.some((item) => bad.has(item))) return Promise.reject(new Error('bad'));
        done.push(...part);
        return Promise.resolve();
      },
      culprit: (item) => {
        culprits.push(item);
        done.push(item);
        return Promise.resolve();
      },
    },
  );
  return { done, culprits, attempts };
}

describe('bisecting', () => {
  test('does everything once and in order, and blames exactly the bad ones', async () => {
    const cases = fc.tuple(fc.integer({ min: 0, max: 64 }), fc.uniqueArray(fc.nat({ max: 63 })));
    await fc.assert(
      fc.asyncProperty(cases, async ([length, list]) => {
        const bad = new Set(list.filter((item) => item < length));
        const { done, culprits } = await run(length, bad);
        expect(done).toEqual(Array.from({ length }, (_, item) => item));
        expect(culprits).toEqual([...bad].toSorted((a, b) => a - b));
      }),
    );
  });

  test('finds one among 512 in few attempts', async () => {
    const { attempts } = await run(512, new Set([300]));
    expect(attempts).toBeLessThanOrEqual(2 * 9 + 1);
  });

  test('an interruption ends it and blames nobody', async () => {
    const culprits: number[] = [];
    const running = bisect([1, 2, 3], {
      attempt: () => Promise.reject(new Interrupted('later')),
      culprit: (item) => Promise.resolve(void culprits.push(item)),
    });
    await expect(running).rejects.toThrow(Interrupted);
    expect(culprits).toEqual([]);
  });
});
