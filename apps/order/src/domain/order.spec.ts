import { describe, expect, it } from '@jest/globals';
import { minorUnits } from '#contracts';
import { MAX_AMOUNT, totalOf } from './order.js';

const line = (quantity: number, unitPrice: number) => ({ productId: 'p', quantity, unitPrice });

describe('the total of an order', () => {
  it('is the sum of quantity times price, in whole minor units', () => {
    expect(totalOf([line(3, 199), line(1, 1), line(7, 0)])).toBe(598);
  });

  it('has the ceiling of the message contract', () => {
    expect(minorUnits.safeParse(MAX_AMOUNT).success).toBe(true);
    expect(minorUnits.safeParse(MAX_AMOUNT + 1).success).toBe(false);
    expect(totalOf([line(1, MAX_AMOUNT)])).toBe(MAX_AMOUNT);
    expect(totalOf([line(1, MAX_AMOUNT), line(1, 1)])).toBeUndefined();
  });

  it('never passes off an inexact sum for a total', () => {
    const most = Array.from({ length: 500 }, () => line(1_000_000, MAX_AMOUNT));
    expect(totalOf(most)).toBeUndefined();
    // 2^53 + 1 has no exact double: a sum that came that far would be wrong
    expect(totalOf([line(1_000_000, 9_007_199_254), line(1, 1)])).toBeUndefined();
  });
});
