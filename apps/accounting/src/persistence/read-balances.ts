import type { Tx } from '#messaging';
import { exactInteger } from '#platform';
import type { AccountSum, CurrencySums } from '../domain/trial-balance.js';

/** A place in the list. */
export type SumPlace = Pick<AccountSum, 'currency' | 'account' | 'merchantId'>;

export interface BalanceQuery {
  readonly currency?: string | undefined;
  /** The last day that counts; default: all of them. */
  readonly asOf?: string | undefined;
  /** Whether all merchants are taken together. */
  readonly together: boolean;
  readonly after?: SumPlace | undefined;
  readonly limit: number;
}

type Row = SumPlace &
  Record<'debit' | 'credit' | 'allDebit' | 'allCredit', string> & { readonly balanced: boolean };

export interface Balances {
  /** By currency, account and merchant. */
  readonly sums: AccountSum[];
  /** Of each currency of `sums`: of all its accounts, also of those on other pages. */
  readonly currencies: ReadonlyMap<string, CurrencySums>;
}

/**
 * A page of them, all of one moment: hence one statement.
 * @throws ProblemException 500 for a sum that JSON cannot say
 */
export async function readBalances(
  tx: Tx,
  { currency, asOf, together, after, limit }: BalanceQuery,
): Promise<Balances> {
  const params: unknown[] = [limit];
  const param = (value: unknown): string => `$${params.push(value)}`;
  const merchant = together ? `''` : 'merchant_id';
  const ofAll = [
    ...(currency === undefined ? [] : [`currency = ${param(currency)}`]),
    ...(asOf === undefined ? [] : [`day <= ${param(asOf)}::date`]),
  ];
  const place = after && [after.currency, after.account, after.merchantId].map(param).join(', ');
  const ofPage = place ? [...ofAll, `(currency, account, ${merchant}) > (${place})`] : ofAll;
  const table = asOf === undefined ? 'balance' : 'day_total';
  const where = (all: readonly string[]) => (all.length > 0 ? `where ${all.join(' and ')}` : '');
  const rows = await tx.query<Row>(
    `with whole as (
       select currency, sum(debit) as debit, sum(credit) as credit
         from ${table} ${where(ofAll)} group by currency),
     page as (
       select currency, account, ${merchant} as merchant_id, sum(debit) as debit,
              sum(credit) as credit
         from ${table} ${where(ofPage)} group by 1, 2, 3 order by 1, 2, 3 limit $1)
     select currency, account, merchant_id as "merchantId", page.debit, page.credit,
            whole.debit as "allDebit", whole.credit as "allCredit",
            whole.debit = whole.credit as balanced
       from page join whole using (currency) order by currency, account, merchant_id`,
    params,
  );
  const currencies = new Map<string, CurrencySums>();
  for (const row of rows) {
    if (currencies.has(row.currency)) continue;
    const all = `of all accounts in ${row.currency}`;
    currencies.set(row.currency, {
      debit: exactInteger(`The debit ${all}`, row.allDebit),
      credit: exactInteger(`The credit ${all}`, row.allCredit),
      balanced: row.balanced,
    });
  }
  return { sums: rows.map(sumOf), currencies };
}

function sumOf({ currency, account, merchantId, debit, credit }: Row): AccountSum {
  const what = `of ${account}${merchantId === '' ? '' : ` of ${merchantId}`} in ${currency}`;
  return {
    ...{ currency, account, merchantId },
    debit: exactInteger(`The debit ${what}`, debit),
    credit: exactInteger(`The credit ${what}`, credit),
  };
}
