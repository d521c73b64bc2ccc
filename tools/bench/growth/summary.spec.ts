import { expect, it } from '@jest/globals';
import { given } from './spec/given.js';
import { summariseLevels } from './summary.js';

const [none, million] = summariseLevels(given.finished);

it('has the medians of the rounds that are not void', () => {
  expect(none?.figures['rate']).toEqual({ median: 400, min: 200, max: 800 });
  expect(million?.figures['rate']).toEqual({ median: 150, min: 100, max: 200 });
  expect(million?.figures['cpu']).toEqual({ median: 15, min: 10, max: 20 });
  expect([none?.voids, million?.voids]).toEqual([0, 1]);
});

it('takes ratios within a round, to the first level', () => {
  expect(none?.ratios).toEqual({});
  expect(million?.ratios['rate']).toEqual({ median: 0.5, min: 0.5, max: 0.5 });
  expect(million?.ratios['half-p99']).toEqual({ median: 2, min: 2, max: 2 });
});
