/** What the provider's books say of disputes, taken over into the payment. Pure. */
import { changed } from './accept.js';
import type { Chargeback, Payment } from './payment.js';

/** Reading the books late must not undo what a later reading has found. */
const RANK: Readonly<Record<Chargeback['status'], number>> = { open: 0, lost: 1, won: 2 };

/**
 * Each news is one change, with a revision of its own. Repeated and late readings change nothing:
 * a chargeback is opened once, then lost or won, and one that was lost may still be won by appeal.
 * @param theirs of this payment, in its currency, in the order in which they were opened
 */
export function withChargebacks<Address>(
  payment: Payment<Address>,
  theirs: readonly Chargeback[],
): Payment<Address> {
  return theirs.reduce(withChargeback<Address>, payment);
}

function withChargeback<Address>(payment: Payment<Address>, theirs: Chargeback): Payment<Address> {
  const { chargebacks } = payment;
  const ours = chargebacks.find(({ chargebackId }) => chargebackId === theirs.chargebackId);
  if (!ours) {
    const opened = changed(payment, { chargebacks: [...chargebacks, theirs] });
    return theirs.status === 'open' ? opened : changed(opened, {});
  }
  const { status } = theirs;
  if (RANK[status] <= RANK[ours.status]) return payment;
  return changed(payment, {
    chargebacks: chargebacks.map((one) => (one === ours ? { ...ours, status } : one)),
  });
}

/** What the customers' banks hold at the moment, or for good. */
export const chargedBack = ({ chargebacks }: Pick<Payment, 'chargebacks'>): number =>
  chargebacks.reduce((sum, { status, disputed }) => (status === 'won' ? sum : sum + disputed), 0);

export const isDisputed = ({ chargebacks }: Pick<Payment, 'chargebacks'>): boolean =>
  chargebacks.some(({ status }) => status === 'open');
