import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RangeSet } from './range-set.js';

const numbersOf = (set: RangeSet): number[] =>
  set.ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i));

test('holds what was added and not taken, in the fewest ranges, whatever the order', () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 0, max: 40 }), length: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ takeFrom: fc.nat({ max: 20 }), upTo: fc.nat({ max: 20 }), pick: fc.nat() }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const set = new RangeSet();
      const model = new Set<number>();
      for (const next of steps) {
        if ('add' in next) {
          const added = Array.from({ length: next.length }, (_, i) => next.add + i);
          if (added.some((number) => model.has(number))) continue;
          set.add({ from: next.add, to: next.add + next.length - 1 });
          added.forEach((number) => model.add(number));
        } else {
          const range = set.ranges[next.pick % Math.max(1, set.ranges.length)];
          if (range === undefined) continue;
          const from = Math.min(range.from + next.takeFrom, range.to);
          const to = Math.min(from + next.upTo, range.to);
          set.take({ from, to });
          for (let n = from; n <= to; n += 1) model.delete(n);
        }
      }
      const expected = [...model].toSorted((a, b) => a - b);
      expect(numbersOf(set)).toEqual(expected);
      expect(set.count).toBe(expected.length);
      const gaps = expected.filter((n, i) => i > 0 && (expected[i - 1] as number) + 1 !== n).length;
      expect(set.ranges.length).toBe(expected.length === 0 ? 0 : gaps + 1);
    }),
  );
});

test('takes nothing when not all of it is there', () => {
  const set = new RangeSet();
  set.add({ from: 1, to: 2 });
  set.add({ from: 4, to: 6 });
  set.take({ from: 2, to: 4 });
  set.take({ from: 7, to: 8 });
  expect(numbersOf(set)).toEqual([1, 2, 4, 5, 6]);
});
