import { describe, expect, it } from '@jest/globals';
import { isDeclinedCard, paymentFailed } from './payment.js';

const fact = (changes: object) =>
  isDeclinedCard(
    paymentFailed.data.parse({
      ...{ orderId: '019aa0c5-7d5c-7000-8000-000000000001', revision: 3, merchantId: 'm' },
      ...{ customerId: 'c', channel: 'web', method: 'credit_card', currency: 'GBP', amount: 1 },
      ...{ occurredAt: '2026-11-26T12:00:00Z', reason: { code: 'lost_card', message: 'No.' } },
      ...changes,
    }),
  );
const reason = (code: string) => ({ reason: { code, message: 'No.' } });

describe('a payment that failed', () => {
  it('is a declined card when it says so', () => {
    expect(fact({ outcome: 'declined', ...reason('expired') })).toBe(true);
    for (const outcome of ['expired', 'canceled', 'failed']) {
      expect(fact({ outcome })).toBe(false);
    }
  });

  it('is one by its reason where it does not say, as those of before', () => {
    expect(fact({})).toBe(true);
    expect(fact(reason('canceled'))).toBe(false);
    expect(fact(reason('expired'))).toBe(false);
  });

  it('is none when it was by transfer', () => {
    expect(fact({ method: 'bank_transfer', outcome: 'declined' })).toBe(false);
  });
});
