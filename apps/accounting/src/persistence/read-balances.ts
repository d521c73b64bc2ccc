import type { Tx } from '#messaging';
import type { AccountSum } from '../domain/trial-balance.js';

export interface BalanceQuery {
  readonly currency?: string | undefined;
  /** The last day that counts; default: all of them. */
  readonly asOf?: string | undefined;
  /** Whether all merchants are taken together. */
  readonly together: boolean;
}

type Row = Omit<AccountSum, 'debit' | 'credit'> & {
  readonly debit: string;
  readonly credit: string;
};

/** By currency, account and merchant; all of one moment. */
export async function readBalances(
  tx: Tx,
  { currency, asOf, together }: BalanceQuery,
): Promise<AccountSum[]> {
  const merchant = together ? `''` : 'merchant_id';
  const conditions = [
    ...(currency === undefined ? [] : ['currency = $1']),
    ...(asOf === undefined ? [] : [`day <= $${currency === undefined ? 1 : 2}::date`]),
  ];
  const rows = await tx.query<Row>(
    `select currency, account, ${merchant} as "merchantId", sum(debit) as debit,
            sum(credit) as credit
       from ${asOf === undefined ? 'balance' : 'day_total'}
      ${conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''}
      group by 1, 2, 3 order by 1, 2, 3`,
    [currency, asOf].filter((value) => value !== undefined),
  );
  return rows.map((row) => ({ ...row, debit: Number(row.debit), credit: Number(row.credit) }));
}
