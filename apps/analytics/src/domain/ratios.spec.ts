import { describe, expect, it } from '@jest/globals';
import { PAYMENT_FIGURES, type PaymentFigure } from './figures.js';
import { averageAmount, netOf, successRate } from './ratios.js';

const none = Object.fromEntries(PAYMENT_FIGURES.map((name) => [name, 0])) as Record<
  PaymentFigure,
  number
>;

describe('ratios', () => {
  it('are null where there is nothing to divide by', () => {
    expect(successRate(none)).toBeNull();
    expect(averageAmount(none)).toBeNull();
    expect(successRate({ ...none, failed: 2 })).toBe(0);
  });

  it('are rounded, half up', () => {
    expect(successRate({ ...none, successful: 2, failed: 1 })).toBe(0.6667);
    expect(successRate({ ...none, successful: 1, failed: 7 })).toBe(0.125);
    expect(averageAmount({ ...none, successful: 3, successfulAmount: 1_000 })).toBe(333.33);
    expect(averageAmount({ ...none, successful: 8, successfulAmount: 1 })).toBe(0.13);
  });

  it('leave a debt where more went back than came in', () => {
    const figures = { ordersCompleted: 1, ordersCancelled: 0, ordersReturned: 1 };
    expect(netOf({ ...figures, revenue: 100, refunds: 100, chargedBack: 20, fees: 3 })).toBe(-23);
  });
});
