/**
 * What was given back of a payment, as parts of the way from nothing to all of it. Facts of before say
 * only the total that was reached (`refunded`); those of now say also how much was new (`given`).
 * Whatever the order in which they come, no part is booked twice and none is left out.
 */

/** From which total to which one. */
export interface RefundSpan {
  readonly from: number;
  readonly to: number;
}

/** What is in the ledger of one payment's refunds. A span from 0 is also that of a mere total. */
export type GivenBack = readonly RefundSpan[];

export interface NewlyGiven {
  readonly amount: number;
  /** To be kept with the entry. */
  readonly span: RefundSpan;
}

/** @throws RangeError for one that gives back more than the total */
export function newlyGiven(
  { refunded, given }: { readonly refunded: number; readonly given?: number | undefined },
  before: GivenBack,
): NewlyGiven {
  if (given !== undefined && given > refunded) {
    throw new RangeError(`gives back ${given}, which is more than the total of ${refunded}`);
  }
  const span = { from: given === undefined ? 0 : refunded - given, to: refunded };
  // One that says what is new is right about it, unless a mere total has come before it.
  const others = given === undefined ? before : before.filter(({ from }) => from === 0);
  return { amount: uncovered(span, others), span };
}

function uncovered({ from, to }: RefundSpan, others: GivenBack): number {
  let amount = 0;
  let at = from;
  for (const other of others.toSorted((a, b) => a.from - b.from)) {
    amount += Math.max(0, Math.min(other.from, to) - at);
    at = Math.max(at, Math.min(other.to, to));
  }
  return amount + Math.max(0, to - at);
}
