import type { Tx } from '#messaging';
import type { Difference } from '../domain/reconcile.js';
import { PAYMENT_COLUMNS, type StoredPayment } from './payment-row.js';

/** What came of comparing one day. */
export interface Comparison {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly ours: number;
  readonly theirs: number;
  readonly underWay: number;
  readonly differences: readonly Difference[];
}

export interface StoredComparison extends Comparison {
  readonly comparedAt: Date;
}

const COLUMNS = `to_char(day, 'YYYY-MM-DD') as day, ours, theirs, under_way as "underWay", differences,
  compared_at as "comparedAt"`;

/** Payments with an intent that were asked for on this day, in the order of their ids. */
export function paymentsOfDay(
  tx: Tx,
  { day, after, limit }: { day: string; after: string; limit: number },
): Promise<StoredPayment[]> {
  return tx.query<StoredPayment>(
    `select ${PAYMENT_COLUMNS} from payment
      where created_at >= ($1::date)::timestamp at time zone 'UTC'
        and created_at < ($1::date + 1)::timestamp at time zone 'UTC'
        and order_id > $2::uuid and intent_id is not null
      order by order_id limit $3`,
    [day, after, limit],
  );
}

/** Comparing a day again replaces what was found before. */
export async function storeComparisons(tx: Tx, found: readonly Comparison[]): Promise<void> {
  await tx.query(
    `insert into reconciliation (day, ours, theirs, under_way, differences)
     select n.day, n.ours, n.theirs, n.under_way, n.differences
       from unnest($1::date[], $2::int[], $3::int[], $4::int[], $5::json[])
         as n (day, ours, theirs, under_way, differences)
     on conflict (day) do update set
       ours = excluded.ours, theirs = excluded.theirs, under_way = excluded.under_way,
       differences = excluded.differences, compared_at = now()`,
    [
      found.map(({ day }) => day),
      found.map(({ ours }) => ours),
      found.map(({ theirs }) => theirs),
      found.map(({ underWay }) => underWay),
      found.map(({ differences }) => JSON.stringify(differences)),
    ],
  );
}

export async function findComparison(tx: Tx, day: string): Promise<StoredComparison | undefined> {
  const [row] = await tx.query<StoredComparison>(
    `select ${COLUMNS} from reconciliation where day = $1`,
    [day],
  );
  return row;
}

/** On the days of the last week, of each as it was compared last. */
export async function differencesLately(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `select coalesce(sum(json_array_length(differences)), 0)::int as count from reconciliation
      where day > (now() at time zone 'UTC')::date - 8`,
  );
  return row?.count ?? 0;
}

/** The latest days first. */
export function latestComparisons(tx: Tx, limit: number): Promise<StoredComparison[]> {
  return tx.query<StoredComparison>(
    `select ${COLUMNS} from reconciliation order by day desc limit $1`,
    [limit],
  );
}
