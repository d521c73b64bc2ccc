/** What customers' banks take back from what was captured, and what becomes of it. */
import { disputeAnswer, invalidRequest, noSuch, unexpectedState } from './answers.js';
import { disputedOf, type Dispute, type PaymentBooks } from './books.js';
import type { PaymentProvider } from './provider.js';
import { randomId } from './random-id.js';

export interface OpenDispute {
  readonly intentId: string;
  /** Default: what was neither refunded nor disputed before. A bank may ask for more than that. */
  readonly amount?: number | undefined;
  readonly reason: string;
}

/** @throws ProviderError 400, 404 */
export const openDispute = (
  provider: PaymentProvider,
  { intentId, amount, reason }: OpenDispute,
  nowMs: number,
): object => {
  const intent = provider.intent(intentId);
  const captured = intent.captures * intent.amount;
  if (captured === 0) throw unexpectedState(intent, 'disputed');
  const wanted = amount ?? captured - intent.amountRefunded - disputedOf(intent);
  if (wanted <= 0 || wanted > captured) {
    throw invalidRequest({
      code: wanted > captured ? 'amount_too_large' : 'amount_too_small',
      message: `The disputed amount (${wanted}) must be between 1 and the charge (${captured}).`,
      param: 'amount',
    });
  }
  const id = `dp_${randomId()}`;
  provider.record({ kind: 'disputed', id, intentId, amount: wanted, reason, atMs: nowMs });
  return answerFor(provider.books, id);
};

/** A dispute that was lost may still be won, by appeal. @throws ProviderError 400, 404 */
export const closeDispute = (
  provider: PaymentProvider,
  id: string,
  status: 'won' | 'lost',
): object => {
  const dispute = provider.books.dispute(id);
  if (dispute === undefined) throw noSuch('dispute', id);
  if (dispute.status === 'won' && status === 'lost') {
    const message = `The dispute ${id} has been won, and cannot be lost any more.`;
    throw invalidRequest({ code: 'dispute_closed', message });
  }
  if (dispute.status !== status) {
    provider.record({ kind: 'dispute-closed', id, intentId: dispute.intentId, status });
  }
  return answerFor(provider.books, id);
};

/** Times in epoch seconds. */
export interface ListDisputes {
  readonly intentId?: string | undefined;
  readonly from?: number | undefined;
  readonly before?: number | undefined;
  readonly limit: number;
  /** The last dispute of the page before. */
  readonly startingAfter?: string | undefined;
  readonly expandIntent: boolean;
}

/** A page, newest first. @throws ProviderError 400, 404 */
export const listDisputes = (books: PaymentBooks, query: ListDisputes): object => {
  const { from = 0, before = Infinity, limit, startingAfter, expandIntent } = query;
  const all = candidates(books, query.intentId);
  const last = all.findIndex(({ id }) => id === startingAfter);
  if (startingAfter !== undefined && last < 0) {
    throw noSuch('dispute', startingAfter, 'starting_after', 400);
  }
  const wanted = (startingAfter === undefined ? all : all.slice(0, last))
    .filter(({ atMs }) => {
      const created = Math.floor(atMs / 1000);
      return created >= from && created < before;
    })
    .reverse();
  return {
    object: 'list',
    url: '/v1/disputes',
    has_more: wanted.length > limit,
    data: wanted.slice(0, limit).map(({ id }) => answerFor(books, id, expandIntent)),
  };
};

const candidates = (books: PaymentBooks, intentId: string | undefined): readonly Dispute[] => {
  if (intentId === undefined) return books.disputes;
  const intent = books.intent(intentId);
  if (intent === undefined) throw noSuch('payment_intent', intentId, 'payment_intent', 404);
  return intent.disputes;
};

const answerFor = (books: PaymentBooks, id: string, expandIntent = false): object => {
  const dispute = books.dispute(id);
  const intent = dispute && books.intent(dispute.intentId);
  if (dispute === undefined || intent === undefined) throw noSuch('dispute', id);
  return disputeAnswer(dispute, intent, expandIntent);
};
