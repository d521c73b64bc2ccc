/** The chart of accounts. Each is kept in each currency by itself. */

export interface AccountSpec {
  readonly account: string;
  readonly kind: 'asset' | 'liability' | 'income';
  /** On which side it grows. */
  readonly normalSide: 'debit' | 'credit';
  /** Kept for each merchant apart. */
  readonly perMerchant: boolean;
  readonly about: string;
}

export const CHART = [
  {
    account: 'cash-at-provider',
    ...({ kind: 'asset', normalSide: 'debit', perMerchant: false } as const),
    about: 'What the payment provider holds for us.',
  },
  {
    account: 'cash-at-bank',
    ...({ kind: 'asset', normalSide: 'debit', perMerchant: false } as const),
    about: 'Our account at the bank, out of which merchants are paid.',
  },
  {
    account: 'fee-income',
    ...({ kind: 'income', normalSide: 'credit', perMerchant: false } as const),
    about: 'Fees that merchants have paid, less those given back.',
  },
  {
    account: 'merchant-payable',
    ...({ kind: 'liability', normalSide: 'credit', perMerchant: true } as const),
    about: 'Taken for a merchant and not yet settled.',
  },
  {
    account: 'refunds',
    ...({ kind: 'liability', normalSide: 'debit', perMerchant: true } as const),
    about: 'Given back to customers and not yet settled: it lessens what the merchant is owed.',
  },
  {
    account: 'chargebacks',
    ...({ kind: 'liability', normalSide: 'debit', perMerchant: true } as const),
    about: 'Taken back by banks and not yet settled: it lessens what the merchant is owed.',
  },
  {
    account: 'merchant-balance',
    ...({ kind: 'liability', normalSide: 'credit', perMerchant: true } as const),
    about: 'Settled: what a merchant may draw.',
  },
  {
    account: 'withdrawals-in-transit',
    ...({ kind: 'liability', normalSide: 'credit', perMerchant: true } as const),
    about: 'Set aside for withdrawals that the bank has yet to pay.',
  },
] as const satisfies readonly AccountSpec[];

export type Account = (typeof CHART)[number]['account'];

const byName = new Map<string, AccountSpec>(CHART.map((spec) => [spec.account, spec]));

/** Undefined for an account that there is not. */
export const accountSpec = (account: string): AccountSpec | undefined => byName.get(account);
