/** What came of working on a payment, and what that changes. */
import type { PaymentInstructions } from '#contracts';
import { changed, sumOf } from './accept.js';
import type { Payment } from './payment.js';

export type Outcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'captured'; readonly captured: number }
  /** Nothing was taken, and nothing can be with this card. `attempt`: which one it is about. */
  | { readonly kind: 'declined'; readonly code: string; readonly attempt: number }
  /** The customer can pay now. */
  | { readonly kind: 'instructed'; readonly instructions: PaymentInstructions }
  /** Nobody has paid in time, and nobody can any more. */
  | { readonly kind: 'expired' }
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
      return declined(payment, outcome);
    case 'instructed': {
      const { instructions } = outcome;
      const news = status === 'intended' && payment.instructions === null;
      return news ? changed(payment, { instructions }) : payment;
    }
    case 'expired':
      return open(payment) ? over(payment, 'expired', 'expired') : payment;
    case 'rejected':
      if (outcome.what === 'charge') {
        return open(payment) ? over(payment, 'failed', outcome.code) : payment;
      }
      // A refund that is rejected leaves the money where it was: the status must go on saying so.
      return changed(payment, { problemCode: outcome.code });
    case 'dropped':
      if (status === 'captured' && payment.captured > 0) return payment;
      return changed(payment, { status: 'canceled', ...FORGOTTEN });
    case 'goods-refunded':
      return goodsRefunded(payment, outcome);
    case 'refunded': {
      const paid = status === 'captured' ? payment : captured(payment, outcome.captured);
      // A refund that the customer's bank has sent back is for people to see; totals only grow.
      const refunded = Math.max(paid.refunded, outcome.refunded);
      return changed(paid, { status: 'refunded', refunded });
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
  // Given back and refused are two facts, each with a revision of its own.
  const before = news && problem ? { ...payment, revision: payment.revision + 1 } : payment;
  return changed(before, {
    goodsRefunds,
    refunded: sumOf(goodsRefunds.filter(({ done }) => done)),
    problemCode: problem?.code ?? null,
  });
}

/** Of a card that has been followed by another one, nothing is to be learnt any more. */
function declined<Address>(
  payment: Payment<Address>,
  { code, attempt }: Extract<Outcome, { kind: 'declined' }>,
): Payment<Address> {
  if (!open(payment) || attempt !== payment.attempt) return payment;
  return over(payment, 'declined', code);
}

/** Once it is decided, nobody needs these any more. */
const FORGOTTEN = { sealedToken: null, email: null } as const;

const open = ({ status }: Payment): boolean => status === 'accepted' || status === 'intended';

const captured = <Address>(payment: Payment<Address>, amount: number): Payment<Address> =>
  changed(payment, {
    status: 'captured',
    captured: amount,
    ...FORGOTTEN,
    problemCode: null,
  });

const over = <Address>(
  payment: Payment<Address>,
  status: 'declined' | 'expired' | 'failed',
  problemCode: string,
): Payment<Address> => changed(payment, { status, problemCode, ...FORGOTTEN });
