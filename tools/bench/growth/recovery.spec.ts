import { expect, it } from '@jest/globals';
import { ratesOf } from './recovery.js';

it('counts completions by the second', () => {
  expect(ratesOf([0.2, 0.9, 1.5, 3.1])).toEqual([
    { seconds: 1, value: 2 },
    { seconds: 2, value: 1 },
    { seconds: 3, value: 0 },
    { seconds: 4, value: 1 },
  ]);
});

it('takes longer stretches of a longer time, and loses none', () => {
  const completedS = Array.from({ length: 6_000 }, (_, index) => (index + 1) / 10);
  const rates = ratesOf(completedS);
  expect(rates).toHaveLength(60);
  expect(rates[0]?.seconds).toBe(10);
  const total = rates.reduce((sum, { value }) => sum + value * 10, 0);
  expect(total).toBeCloseTo(6_000);
});

it('has nothing to say of nothing', () => {
  expect(ratesOf([])).toEqual([{ seconds: 1, value: 0 }]);
});
