/** Pages of payment intents, newest first, as Stripe's API gives them. */
import { intentAnswer, noSuch } from './answers.js';
import type { Intent, PaymentBooks } from './books.js';

/** Times in epoch seconds. */
export interface ListIntents {
  readonly from?: number | undefined;
  readonly before?: number | undefined;
  readonly limit: number;
  /** The last intent of the page before. */
  readonly startingAfter?: string | undefined;
  readonly expandCharge: boolean;
}

export const listIntents = (
  books: PaymentBooks,
  { from = 0, before = Infinity, limit, startingAfter, expandCharge }: ListIntents,
): object => {
  const page: Intent[] = [];
  const start = startingAfter === undefined ? books.intents.length : indexOf(books, startingAfter);
  let hasMore = false;
  for (let index = start - 1; index >= 0 && !hasMore; index -= 1) {
    const intent = books.intents[index];
    const createdAt = Math.floor((intent?.createdAtMs ?? 0) / 1000);
    if (intent === undefined || createdAt < from || createdAt >= before) continue;
    if (page.length === limit) hasMore = true;
    else page.push(intent);
  }
  return {
    object: 'list',
    url: '/v1/payment_intents',
    has_more: hasMore,
    data: page.map((intent) => intentAnswer(intent, expandCharge)),
  };
};

const indexOf = (books: PaymentBooks, id: string): number => {
  const intent = books.intent(id);
  if (intent === undefined) throw noSuch('payment_intent', id, 'starting_after', 400);
  return books.intents.lastIndexOf(intent);
};
