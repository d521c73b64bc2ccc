import { isTaken, type Chargeback, type Payment } from './payment.js';

/** What others are told happened to a payment, in this order. */
export type Fact = News & { readonly revision: number };

type News =
  | { readonly kind: 'instructed' | 'completed' }
  | { readonly kind: 'failed'; readonly outcome: Unpaid; readonly code: string }
  /** `given`: this time; 0 where only the fee goes back, because goods had taken all before. */
  | { readonly kind: 'refunded'; readonly given: number; readonly feeReturned: number }
  | { readonly kind: 'refund-failed'; readonly code: string }
  | {
      readonly kind: 'chargeback-opened' | 'chargeback-won' | 'chargeback-lost';
      readonly chargeback: Chargeback;
    };

/**
 * The facts of one stored change. They follow from the two states alone, so whatever path led from
 * one to the other, each fact comes out once, and no refund without the payment it belongs to.
 * Facts of one change keep distinct revisions: a consumer may drop what it has already seen.
 */
export function factsBetween(before: Payment, after: Payment): Fact[] {
  const news = [
    ...refundFailure(before, after),
    ...payingNews(before, after),
    ...refundNews(before, after),
    ...chargebackNews(before, after),
  ];
  const first = after.revision - news.length + 1;
  return news.map((one, index) => ({ ...one, revision: first + index }));
}

function payingNews(before: Payment, after: Payment): News[] {
  const news: News[] = [];
  if (before.instructions === null && after.instructions !== null) {
    news.push({ kind: 'instructed' });
  }
  if (isTaken(before, after)) news.push({ kind: 'completed' });
  const undecided = before.status === 'accepted' || before.status === 'intended';
  const outcome = UNPAID.find((status) => status === after.status);
  if (undecided && outcome !== undefined) {
    const code = outcome === 'canceled' ? 'canceled' : (after.problemCode ?? 'unknown');
    news.push({ kind: 'failed', outcome, code });
  }
  return news;
}

function refundNews(before: Payment, after: Payment): News[] {
  const given = after.refunded - before.refunded;
  const feeReturned = after.feeReturned - before.feeReturned;
  return given > 0 || feeReturned > 0 ? [{ kind: 'refunded', given, feeReturned }] : [];
}

function refundFailure(before: Payment, after: Payment): News[] {
  const code = after.status === 'captured' ? after.problemCode : null;
  return code !== null && code !== before.problemCode ? [{ kind: 'refund-failed', code }] : [];
}

/** One that is heard of when it is over has been opened all the same. */
function chargebackNews(before: Payment, after: Payment): News[] {
  const known = new Map(before.chargebacks.map((one) => [one.chargebackId, one.status]));
  return after.chargebacks.flatMap((chargeback): News[] => {
    const { chargebackId, status } = chargeback;
    const earlier = known.get(chargebackId);
    const news: News[] = earlier ? [] : [{ kind: 'chargeback-opened', chargeback }];
    if (status !== 'open' && status !== earlier) {
      news.push({ kind: `chargeback-${status}`, chargeback });
    }
    return news;
  });
}

const UNPAID = ['declined', 'expired', 'failed', 'canceled'] as const;
type Unpaid = (typeof UNPAID)[number];
