/** What the provider gives back: in parts, and never more than was captured. */
import { invalidRequest, noSuch, refundAnswer, unexpectedState } from './answers.js';
import { disputedOf, type Metadata } from './books.js';
import type { PaymentProvider } from './provider.js';
import { randomId } from './random-id.js';

export interface CreateRefund {
  readonly payment_intent: string;
  readonly amount?: number | undefined;
  readonly metadata: Metadata;
}

export const createRefund = (
  provider: PaymentProvider,
  { payment_intent: id, amount, metadata }: CreateRefund,
  nowMs: number,
): object => {
  const intent = provider.intent(id);
  if (intent.status !== 'succeeded') throw unexpectedState(intent, 'refunded');
  const unrefunded = intent.captures * intent.amount - intent.amountRefunded;
  if (unrefunded === 0) {
    throw invalidRequest({
      code: 'charge_already_refunded',
      message: `The charge of ${id} has already been refunded.`,
    });
  }
  const left = unrefunded - disputedOf(intent);
  if (left <= 0) {
    throw invalidRequest({
      code: 'charge_disputed',
      message: `The charge of ${id} has been charged back.`,
    });
  }
  const wanted = amount ?? left;
  if (wanted > left) {
    throw invalidRequest({
      code: 'amount_too_large',
      message: `Refund amount (${wanted}) is greater than the unrefunded amount (${left}).`,
      param: 'amount',
    });
  }
  const refund = { id: `re_${randomId()}`, intentId: id, amount: wanted, metadata, atMs: nowMs };
  provider.record({ kind: 'refunded', ...refund });
  return refundAnswer(refund, intent);
};

/** Refunds of one intent, newest first. */
export const listRefunds = (provider: PaymentProvider, intentId: string): object => {
  const intent = provider.intent(intentId);
  const data = intent.refunds.map((refund) => refundAnswer(refund, intent)).reverse();
  return { object: 'list', url: '/v1/refunds', has_more: false, data };
};

/** The customer's bank sends the money back. */
export const failRefund = (provider: PaymentProvider, refundId: string): object => {
  const intent = provider.books.intentOfRefund(refundId);
  const refund = intent?.refunds.find(({ id }) => id === refundId);
  if (intent === undefined || refund === undefined) throw noSuch('refund', refundId);
  if (!refund.failed) provider.record({ kind: 'refund-failed', id: refundId, intentId: intent.id });
  return refundAnswer(refund, intent);
};
