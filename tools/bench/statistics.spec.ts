import { describe, expect, it } from '@jest/globals';
import { ratiosOf, spreadOf } from './statistics.js';

describe('the spread of rounds', () => {
  it.each([
    [[3], { median: 3, min: 3, max: 3 }],
    [[9, 1, 2], { median: 2, min: 1, max: 9 }],
    [[10, 1, 4, 2], { median: 3, min: 1, max: 10 }],
    [[], undefined],
  ])('of %j', (values, expected) => {
    expect(spreadOf(values)).toEqual(expected);
  });
});

describe('ratios', () => {
  it('are taken within a round, not between medians', () => {
    // The machine was twice as fast in the second round.
    expect(ratiosOf([100, 200], [10, 20], true)).toEqual([10, 10]);
  });

  it('say how many times better, also where less is better', () => {
    expect(ratiosOf([5], [20], false)).toEqual([4]);
    expect(ratiosOf([20], [5], false)).toEqual([0.25]);
  });

  it('leave out rounds that lack a figure', () => {
    expect(ratiosOf([100, undefined, 300, 0], [10, 20, undefined, 5], true)).toEqual([10]);
  });
});
