import { describe, expect, it } from '@jest/globals';
import { exactInteger } from './exact-integer.js';

describe('a sum', () => {
  it.each([
    ['9007199254740991', 9_007_199_254_740_991],
    ['-9007199254740991', -9_007_199_254_740_991],
    ['0', 0],
    [-5, -5],
    [12n, 12],
  ])('%p is told as %d', (value, number) => {
    expect(exactInteger('it', value)).toBe(number);
  });

  it.each(['9007199254740992', '9007199254740993', -9_007_199_254_740_992, 2n ** 60n, '1.5', NaN])(
    '%p is not rounded: what it is of is named',
    (value) => {
      expect(() => exactInteger('the debit of refunds in GBP', value)).toThrow(
        `the debit of refunds in GBP is ${String(value)}`,
      );
    },
  );
});
