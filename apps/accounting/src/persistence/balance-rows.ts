import type { Tx } from '#messaging';
import type { DatedEntry } from './add-entries.js';

interface Sum {
  readonly currency: string;
  readonly account: string;
  readonly merchantId: string;
  /** Of a day's sums only. */
  readonly day: string;
  debit: number;
  credit: number;
}

/** Adds what entries move to the sums, in the order of their keys: one row is locked by all alike. */
export async function addToBalances(tx: Tx, entries: readonly DatedEntry[]): Promise<void> {
  const days = sumsOf(entries, ({ day }) => day);
  const all = sumsOf(entries, () => '');
  await Promise.all([
    tx.query(
      `insert into day_total as t (currency, account, merchant_id, debit, credit, day)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[],
                            $6::date[])
       on conflict (currency, account, merchant_id, day) do update
         set debit = t.debit + excluded.debit, credit = t.credit + excluded.credit`,
      [...columnsOf(days), days.map(({ day }) => day)],
    ),
    tx.query(
      `insert into balance as b (currency, account, merchant_id, debit, credit)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
       on conflict (currency, account, merchant_id) do update
         set debit = b.debit + excluded.debit, credit = b.credit + excluded.credit`,
      columnsOf(all),
    ),
  ]);
}

function sumsOf(entries: readonly DatedEntry[], dayOf: (entry: DatedEntry) => string): Sum[] {
  const sums = new Map<string, Sum>();
  for (const entry of entries) {
    for (const { currency, account, merchantId, debit, credit } of entry.lines) {
      const day = dayOf(entry);
      const key = JSON.stringify([currency, account, merchantId, day]);
      const sum = sums.get(key) ?? { currency, account, merchantId, day, debit: 0, credit: 0 };
      sum.debit += debit;
      sum.credit += credit;
      sums.set(key, sum);
    }
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

const columnsOf = (sums: readonly Sum[]): unknown[] => [
  sums.map(({ currency }) => currency),
  sums.map(({ account }) => account),
  sums.map(({ merchantId }) => merchantId),
  sums.map(({ debit }) => debit),
  sums.map(({ credit }) => credit),
];
