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

export interface CurrencyBalance {
  readonly currency: string;
  readonly debit: number;
  readonly credit: number;
  readonly balanced: boolean;
  readonly accounts: readonly (Omit<AccountSum, 'currency' | 'merchantId'> & {
    readonly merchantId?: string;
    /** Debit less credit. */
    readonly balance: number;
  })[];
}

/** Currency by currency, in the order of the sums: they are never added up with each other. */
export function trialBalance(sums: readonly AccountSum[]): CurrencyBalance[] {
  return [...Map.groupBy(sums, ({ currency }) => currency)].map(([currency, ofCurrency]) => {
    const debit = ofCurrency.reduce((total, sum) => total + sum.debit, 0);
    const credit = ofCurrency.reduce((total, sum) => total + sum.credit, 0);
    return {
      ...{ currency, debit, credit, balanced: debit === credit },
      accounts: ofCurrency.map(({ account, merchantId, ...sum }) => ({
        account,
        ...(merchantId !== '' && { merchantId }),
        ...{ debit: sum.debit, credit: sum.credit, balance: sum.debit - sum.credit },
      })),
    };
  });
}
