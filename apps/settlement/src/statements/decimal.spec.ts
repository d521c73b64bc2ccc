import { describe, expect, it } from '@jest/globals';
import { decimalOf } from './decimal.js';

describe('amounts in statements', () => {
  it.each([
    [1234, 'GBP', '12.34'],
    [5, 'GBP', '0.05'],
    [-5, 'GBP', '-0.05'],
    [0, 'GBP', '0.00'],
    [1234, 'JPY', '1234'],
    [-1234, 'JPY', '-1234'],
    [1234, 'KWD', '1.234'],
    // of which Intl shows no hundredths
    [1234, 'HUF', '12.34'],
    [1234, 'IDR', '12.34'],
    [999_999_999_999, 'GBP', '9999999999.99'],
  ])('%d %s are %s', (amount, currency, text) => {
    expect(decimalOf(amount, currency)).toBe(text);
  });
});
