/** Our payments held against the provider's books. Pure; amounts in minor units. */
import { nextStep } from './next-step.js';
import type { Chargeback, Payment } from './payment.js';

/** What the provider's books say of one intent. */
export interface TheirIntent {
  readonly intentId: string;
  readonly orderId?: string;
  readonly currency: string;
  /** All that was ever taken, and given back. */
  readonly captured: number;
  readonly refunded: number;
}

/**
 * - `not-ours`: money was taken for what we know nothing of.
 * - `other-intent`: money was taken for an order of ours, but not with the intent that we know.
 * - `not-theirs`: the provider has no such intent.
 * - `captured`, `refunded`: the amounts differ.
 * - `currency`: the money is another one.
 * - `chargeback`: a dispute is not known to us, or not as it stands.
 */
export type DifferenceKind =
  'not-ours' | 'other-intent' | 'not-theirs' | 'captured' | 'refunded' | 'currency' | 'chargeback';

export interface Difference {
  readonly kind: DifferenceKind;
  readonly orderId?: string;
  readonly intentId?: string;
  /** What we say and what they say: an amount, a currency, an intent or how a dispute stands. */
  readonly ours?: number | string;
  readonly theirs?: number | string;
}

/** Somebody works on it: what differs now may be equal in a moment. */
export const isUnderWay = (payment: Payment): boolean => nextStep(payment) !== 'rest';

/** All that differs about one intent of the provider's; `ours` is the payment of its order. */
export function differencesOf(theirs: TheirIntent, ours: Payment | undefined): Difference[] {
  const { intentId, captured, refunded, currency } = theirs;
  if (!ours || ours.intentId !== intentId) {
    // Without money it is an intent that was made twice, or for nothing: nobody loses by it.
    if (captured === 0) return [];
    const orderId = theirs.orderId;
    const about = { intentId, theirs: captured, ...(orderId !== undefined && { orderId }) };
    if (!ours) return [{ kind: 'not-ours', ...about }];
    return [{ kind: 'other-intent', ...about, ...(ours.intentId && { ours: ours.intentId }) }];
  }
  const about = { orderId: ours.orderId, intentId };
  const differences: Difference[] = [];
  const compare = <Value extends number | string>(
    kind: DifferenceKind,
    our: Value,
    their: Value,
  ): void => {
    if (our !== their) differences.push({ kind, ...about, ours: our, theirs: their });
  };
  compare('captured', ours.captured, captured);
  compare('refunded', ours.refunded, refunded);
  if (captured > 0) compare('currency', ours.currency, currency);
  return differences;
}

/** What the provider's books say of one dispute. */
export interface TheirDispute {
  readonly disputeId: string;
  readonly intentId: string;
  readonly orderId?: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: Chargeback['status'];
}

/** All that differs about one dispute; `ours` is the payment of its order. */
export function disputeDifferences(
  { disputeId, intentId, orderId, amount, currency, status }: TheirDispute,
  ours: Payment | undefined,
): Difference[] {
  const about = { intentId, ...(orderId !== undefined && { orderId }) };
  if (ours?.intentId !== intentId) {
    // One that was won has come to nothing.
    return status === 'won' ? [] : [{ kind: 'chargeback', ...about, theirs: amount }];
  }
  if (ours.currency !== currency) {
    return [{ kind: 'currency', ...about, ours: ours.currency, theirs: currency }];
  }
  const known = ours.chargebacks.find(({ chargebackId }) => chargebackId === disputeId);
  if (!known) return [{ kind: 'chargeback', ...about, theirs: amount }];
  const differences: Difference[] = [];
  const compare = (our: number | string, their: number | string): void => {
    if (our !== their) differences.push({ kind: 'chargeback', ...about, ours: our, theirs: their });
  };
  compare(known.disputed, amount);
  compare(known.status, status);
  return differences;
}

/** A payment of ours of which the provider knows nothing. */
export const unknownToThem = ({ orderId, intentId, captured }: Payment): Difference => ({
  kind: 'not-theirs',
  orderId,
  ...(intentId !== null && { intentId }),
  ours: captured,
});
