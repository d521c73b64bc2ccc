/** What came of working on a payment, and what that changes. */
import { changed, sumOf } from './accept.js';
import type { Payment } from './payment.js';

export type Outcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'captured'; readonly captured: number }
  | { readonly kind: 'declined'; readonly code: string }
  /** Nothing was taken and nothing can be any more. */
  | { readonly kind: 'dropped' }
  /** Absolute totals of the intent. */
  | { readonly kind: 'refunded'; readonly captured: number; readonly refunded: number }
  /** What was given back for these returns, each once. */
  | {
      readonly kind: 'goods-refunded';
      readonly returnIds: readonly string[];
      readonly rejected: readonly Rejection[];
    }
  /** The provider will not do it however often it is asked, and it is no decision about the card. */
  | { readonly kind: 'rejected'; readonly what: 'charge' | 'undo'; readonly code: string };

/** The provider will not give back what the goods of this return cost. */
export interface Rejection {
  readonly returnId: string;
  readonly code: string;
}

/**
 * Applies what was found out to the payment as it is stored now, which may have been taken back
 * since the work on it began. What contradicts a final status changes nothing.
 */
export function settle<Address>(payment: Payment<Address>, outcome: Outcome): Payment<Address> {
  const { status } = payment;
  if (status === 'canceled' || status === 'refunded') return payment;
  switch (outcome.kind) {
    case 'unchanged':
      return payment;
    case 'captured':
      return status === 'captured' ? payment : captured(payment, outcome.captured);
    case 'declined':
      return open(payment) ? over(payment, 'declined', outcome.code) : payment;
    case 'rejected':
      if (outcome.what === 'charge') {
        return open(payment) ? over(payment, 'failed', outcome.code) : payment;
      }
      // A refund that is rejected leaves the money where it was: the status must go on saying so.
      return changed(payment, { problemCode: outcome.code });
    case 'dropped':
      if (status === 'captured' && payment.captured > 0) return payment;
      return changed(payment, { status: 'canceled', sealedToken: null });
    case 'goods-refunded':
      return goodsRefunded(payment, outcome);
    case 'refunded': {
      const paid = status === 'captured' ? payment : captured(payment, outcome.captured);
      return changed(paid, { status: 'refunded', refunded: outcome.refunded });
    }
  }
}

function goodsRefunded<Address>(
  payment: Payment<Address>,
  { returnIds, rejected }: Extract<Outcome, { kind: 'goods-refunded' }>,
): Payment<Address> {
  const [problem] = rejected;
  const news = payment.goodsRefunds.some(
    ({ returnId, done }) => !done && returnIds.includes(returnId),
  );
  if (!news && !problem) return payment;
  const goodsRefunds = payment.goodsRefunds.map((refund) =>
    returnIds.includes(refund.returnId) ? { ...refund, done: true } : refund,
  );
  return changed(payment, {
    goodsRefunds,
    refunded: sumOf(goodsRefunds.filter(({ done }) => done)),
    problemCode: problem?.code ?? null,
  });
}

const open = ({ status }: Payment): boolean => status === 'accepted' || status === 'intended';

const captured = <Address>(payment: Payment<Address>, amount: number): Payment<Address> =>
  changed(payment, {
    status: 'captured',
    captured: amount,
    sealedToken: null,
    problemCode: null,
  });

const over = <Address>(
  payment: Payment<Address>,
  status: 'declined' | 'failed',
  problemCode: string,
): Payment<Address> => changed(payment, { status, problemCode, sealedToken: null });
