/** What a merchant pays for a payment: decided once, as the money is taken, and given back once. */
import { feeOf, feeRateAt, type FeeRate } from '#contracts';
import { isTaken, type Payment } from './payment.js';

/**
 * The change of a payment with what it means for the fee. Returned goods leave the fee where it is;
 * an order that is undone gives all of it back, whatever was refunded before.
 * @param rates the merchant's, as far as they are known here
 * @param now when the change is recorded
 */
export function withFee<Address>(
  before: Payment<Address>,
  after: Payment<Address>,
  rates: readonly FeeRate[],
  now: Date,
): Payment<Address> {
  const paid = isTaken(before, after) ? charged(after, rates, now) : after;
  const isUndone = paid.status === 'refunded' && before.status !== 'refunded';
  return isUndone ? { ...paid, feeReturned: paid.fee } : paid;
}

function charged<Address>(
  payment: Payment<Address>,
  rates: readonly FeeRate[],
  now: Date,
): Payment<Address> {
  const { channel, captured, currency } = payment;
  const rate = feeRateAt(rates, channel, now.getTime());
  return {
    ...payment,
    capturedAt: now.toISOString(),
    fee: feeOf(rate, captured, currency),
    feeRateId: rate?.rateId ?? null,
  };
}
