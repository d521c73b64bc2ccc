/** A payment's state as the answers that others read. */
import type { Effect, Reason } from '#contracts';
import {
  accepted,
  dead,
  pending,
  refuse,
  succeed,
  type Answer,
  type LateAnswer,
} from '#participant';
import {
  UNDONE_CODE,
  chargeVerdict,
  isGivenBack,
  isSlow,
  undoVerdict,
  type Payment,
} from '../domain/payment.js';
import type { StoredPayment } from '../persistence/payment-row.js';

export const effectsOf = ({ orderId, currency, ...payment }: Payment): Effect[] => [
  {
    id: `payment:${orderId}`,
    kind: 'money',
    unit: currency,
    taken: payment.captured,
    returned: payment.refunded,
    revision: payment.revision,
  },
];

/** While the charge is not decided: `pending` where the customer takes days, else `accepted`. */
export function chargeAnswer(payment: Payment): Answer {
  const verdict = chargeVerdict(payment);
  if (!verdict) return isSlow(payment) ? pending() : accepted();
  switch (verdict.kind) {
    case 'captured': {
      const { intentId, amount } = verdict;
      return succeed('payment.payment-captured', { intentId, amount }, effectsOf(payment));
    }
    case 'declined':
      return declined(verdict.code, effectsOf(payment));
    case 'expired':
      return refuse('payment.payment-expired', {}, EXPIRED, effectsOf(payment));
    case 'failed':
      return dead(rejected(verdict.code));
  }
}

const EXPIRED: Reason = { code: 'payment-expired', message: 'Nobody paid in time.' };

/** `accepted` while the undoing is not done. */
export function undoAnswer(payment: Payment): Answer {
  const verdict = undoVerdict(payment);
  if (!verdict) return accepted();
  return succeed('payment.payment-refunded', { ...verdict }, effectsOf(payment));
}

/**
 * Without effects: the money was taken by the order's saga, so it counts in its ledger; the saga of the
 * return has taken nothing that would ever have to come back.
 */
export const goodsAnswer = (refunded: number): Answer =>
  succeed('payment.goods-refunded', { refunded });

export const nothingToUndo = (): Answer => succeed('payment.payment-refunded', { refunded: 0 });

export const declined = (declineCode: string, effects?: readonly Effect[]): Answer => {
  const message =
    declineCode === UNDONE_CODE
      ? 'The payment was taken back before it was made.'
      : 'The payment was declined.';
  return refuse(
    'payment.payment-declined',
    { declineCode },
    { code: declineCode, message },
    effects,
  );
};

export const rejected = (code: string): Reason => ({
  code: 'provider-rejected',
  message: `The payment provider will not do this: ${code}`,
});

/** What those who wait can be told now; the payment then owes it to nobody any more. */
export function answersDue(payment: StoredPayment): {
  readonly payment: StoredPayment;
  readonly answers: readonly LateAnswer[];
} {
  const answers: LateAnswer[] = [];
  let { chargeTo, undoTo } = payment;
  if (chargeVerdict(payment)) {
    const answer = chargeAnswer(payment);
    answers.push(...chargeTo.map((to) => ({ to, answer })));
    chargeTo = [];
  }
  if (undoVerdict(payment)) {
    const answer = undoAnswer(payment);
    answers.push(...undoTo.map((to) => ({ to, answer })));
    undoTo = [];
  }
  const goodsRefunds = payment.goodsRefunds.map((refund) => {
    if (!isGivenBack(payment, refund)) return refund;
    answers.push(...refund.to.map((to) => ({ to, answer: goodsAnswer(refund.amount) })));
    return { ...refund, to: [] };
  });
  return { payment: { ...payment, chargeTo, undoTo, goodsRefunds }, answers };
}
