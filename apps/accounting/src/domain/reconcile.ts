/** The ledger held against the books of others. Pure; amounts in minor units. */

/** What one of the two says of an order. */
export interface OrderFigures {
  readonly orderId: string;
  readonly merchantId: string;
  readonly currency: string;
  readonly captured: number;
  readonly refunded: number;
  readonly chargedBack: number;
  readonly fee: number;
  readonly feeReturned: number;
  /** Of the payment; the latest that the one who says it knows of. */
  readonly revision: number;
}

/**
 * - `missing-in-ledger`, `missing-in-payment`, `missing-at-bank`: only the other one knows of it.
 * - `amount-differs`, `currency-differs`, `merchant-differs`: both know of it.
 * - `not-paid-at-bank`: the bank has it, and has not paid.
 * - `behind`: payment is further than the ledger, which will hear of it: no difference yet.
 * - `ahead`: the ledger knows of what payment has not, or no longer.
 * - `provider-differs`: payment itself differs from the provider's books.
 */
export type Code =
  | 'missing-in-ledger'
  | 'missing-in-payment'
  | 'missing-at-bank'
  | 'amount-differs'
  | 'currency-differs'
  | 'merchant-differs'
  | 'not-paid-at-bank'
  | 'behind'
  | 'ahead'
  | 'provider-differs';

export interface Difference {
  readonly about: 'order' | 'withdrawal' | 'provider';
  /** Order id, withdrawal id or the provider's number. */
  readonly subject: string;
  readonly what: string;
  readonly code: Code;
  readonly ledger?: number | string | undefined;
  readonly theirs?: number | string | undefined;
  readonly revision?: number | undefined;
}

const AMOUNTS = ['captured', 'refunded', 'chargedBack', 'fee', 'feeReturned'] as const;

/** @param isOld whether payment has been at this revision for so long that the ledger must know it */
export function compareOrder(
  books: OrderFigures,
  ledger: OrderFigures | undefined,
  isOld: boolean,
): Difference[] {
  const { orderId: subject, revision } = books;
  const about = { about: 'order', subject, revision } as const;
  if (!ledger || ledger.captured === 0) {
    const code = isOld ? 'missing-in-ledger' : 'behind';
    return [{ ...about, what: 'captured', code, ledger: ledger?.captured, theirs: books.captured }];
  }
  const differing = (normal: Code): Code => {
    if (ledger.revision > revision) return 'ahead';
    return ledger.revision < revision && !isOld ? 'behind' : normal;
  };
  const differences = AMOUNTS.filter((what) => books[what] !== ledger[what]).map(
    (what): Difference => ({
      ...{ ...about, what, code: differing('amount-differs') },
      ...{ ledger: ledger[what], theirs: books[what] },
    }),
  );
  for (const [what, code] of [
    ['currency', 'currency-differs'],
    ['merchantId', 'merchant-differs'],
  ] as const) {
    if (books[what] === ledger[what]) continue;
    differences.push({ ...about, what, code, ledger: ledger[what], theirs: books[what] });
  }
  return differences;
}

/** What the bank, or the ledger, says of a withdrawal that was paid. */
export interface PaidOut {
  readonly withdrawalId: string;
  readonly currency: string;
  readonly amount: number;
}

/** @param isOld whether the bank paid so long ago that the ledger must know of it */
export function comparePayout(
  bank: PaidOut,
  ledger: PaidOut | undefined,
  isOld: boolean,
): Difference[] {
  const about = { about: 'withdrawal', subject: bank.withdrawalId } as const;
  if (!ledger) {
    const code = isOld ? 'missing-in-ledger' : 'behind';
    return [{ ...about, what: 'amount', code, theirs: bank.amount }];
  }
  const differences: Difference[] = [];
  if (bank.amount !== ledger.amount) {
    const sides = { ledger: ledger.amount, theirs: bank.amount };
    differences.push({ ...about, what: 'amount', code: 'amount-differs', ...sides });
  }
  if (bank.currency !== ledger.currency) {
    const sides = { ledger: ledger.currency, theirs: bank.currency };
    differences.push({ ...about, what: 'currency', code: 'currency-differs', ...sides });
  }
  return differences;
}
