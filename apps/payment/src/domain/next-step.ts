import type { Payment } from './payment.js';

/**
 * What moves a payment towards what is wanted:
 * - `rest`: it is there, or will not get further by itself.
 * - `open`: make an intent, which cannot take money before it is confirmed; one of a card before is
 *   closed first.
 * - `resume`: an earlier try got as far as the intent; ask what became of it before going on.
 * - `take-nothing`: there is nothing to pay.
 * - `drop`: nothing at the provider can take money, so there is nothing to ask it for.
 * - `withdraw`: ask what became of the intent; cancel it, or give back what it took.
 * - `give-back`: refund what was taken, or what is left of it.
 * - `refund-goods`: give back what goods cost that came back.
 */
export type NextStep =
  'rest' | 'open' | 'resume' | 'take-nothing' | 'drop' | 'withdraw' | 'give-back' | 'refund-goods';

export function nextStep(payment: Payment): NextStep {
  const { status, wanted, intentId } = payment;
  if (status === 'canceled' || status === 'refunded') return 'rest';
  if (wanted === 'captured') {
    if (status === 'accepted') return payment.amount === 0 ? 'take-nothing' : 'open';
    if (status === 'captured' && payment.goodsRefunds.some(({ done }) => !done)) {
      return 'refund-goods';
    }
    return status === 'intended' ? 'resume' : 'rest';
  }
  // Goods that are not refunded yet are given back with all the rest.
  if (status === 'captured') return payment.captured > 0 ? 'give-back' : 'drop';
  // Only an intent whose id is stored is ever confirmed, so without one nothing can have been taken.
  return intentId === null ? 'drop' : 'withdraw';
}
