import type { Payment } from './payment.js';

/** What others are told happened to a payment, in this order. */
export type Fact =
  | { readonly kind: 'instructed'; readonly revision: number }
  | { readonly kind: 'completed'; readonly revision: number }
  | {
      readonly kind: 'failed';
      readonly revision: number;
      readonly outcome: Unpaid;
      readonly code: string;
    }
  | { readonly kind: 'refunded'; readonly revision: number }
  | { readonly kind: 'refund-failed'; readonly revision: number; readonly code: string };

/**
 * The facts of one stored change. They follow from the two states alone, so whatever path led from
 * one to the other, each fact comes out once, and no refund without the payment it belongs to.
 * Facts of one change keep distinct revisions: a consumer may drop what it has already seen.
 */
export function factsBetween(before: Payment, after: Payment): Fact[] {
  const facts: Fact[] = [];
  const undecided = before.status === 'accepted' || before.status === 'intended';
  const refunded = after.refunded > before.refunded;
  if (before.instructions === null && after.instructions !== null) {
    facts.push({ kind: 'instructed', revision: after.revision });
  }
  if (after.captured > 0 ? before.captured === 0 : undecided && after.status === 'captured') {
    facts.push({ kind: 'completed', revision: after.revision - (refunded ? 1 : 0) });
  }
  const outcome = UNPAID.find((status) => status === after.status);
  if (undecided && outcome !== undefined) {
    const code = outcome === 'canceled' ? 'canceled' : (after.problemCode ?? 'unknown');
    facts.push({ kind: 'failed', revision: after.revision, outcome, code });
  }
  if (refunded) facts.push({ kind: 'refunded', revision: after.revision });
  const problem = after.status === 'captured' ? after.problemCode : null;
  if (problem !== null && problem !== before.problemCode) {
    // what was given back in the same change is a fact of its own
    const revision = after.revision - (refunded ? 1 : 0);
    facts.unshift({ kind: 'refund-failed', revision, code: problem });
  }
  return facts;
}

const UNPAID = ['declined', 'expired', 'failed', 'canceled'] as const;
type Unpaid = (typeof UNPAID)[number];
