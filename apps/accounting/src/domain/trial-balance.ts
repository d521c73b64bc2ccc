/** The trial balance. Pure. */

/** Sums of an account, or of a merchant's part of it, in one currency. Minor units. */
export interface AccountSum {
  readonly currency: string;
  readonly account: string;
  /** Empty where the account is not kept by merchant, or all merchants are taken together. */
  readonly merchantId: string;
  readonly debit: number;
  readonly credit: number;
}

/** Of all accounts of a currency. */
export interface CurrencySums {
  readonly debit: number;
  readonly credit: number;
  readonly balanced: boolean;
}

export interface CurrencyBalance extends CurrencySums {
  readonly currency: string;
  readonly accounts: readonly (Omit<AccountSum, 'currency' | 'merchantId'> & {
    readonly merchantId?: string;
    /** Debit less credit. */
    readonly balance: number;
  })[];
}

/** Currency by currency, in the order of the sums: they are never added up with each other. */
export function trialBalance(
  sums: readonly AccountSum[],
  currencies: ReadonlyMap<string, CurrencySums>,
): CurrencyBalance[] {
  return [...Map.groupBy(sums, ({ currency }) => currency)].map(([currency, ofCurrency]) => ({
    currency,
    ...(currencies.get(currency) ?? { debit: 0, credit: 0, balanced: true }),
    accounts: ofCurrency.map(({ account, merchantId, debit, credit }) => ({
      account,
      ...(merchantId !== '' && { merchantId }),
      ...{ debit, credit, balance: debit - credit },
    })),
  }));
}
