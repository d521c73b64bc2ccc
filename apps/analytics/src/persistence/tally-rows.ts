import type { Tx } from '#messaging';
import type { Contribution } from '../domain/figures.js';

/** Makes the rows that are missing. @param orderIds sorted, each once */
export const addTallies = (tx: Tx, orderIds: readonly string[]): Promise<unknown> =>
  tx.query(`insert into tally (order_id) select * from unnest($1::uuid[]) on conflict do nothing`, [
    orderIds,
  ]);

/** What of each order is counted, which until the end of the transaction nobody else changes. */
export async function lockTallies(
  tx: Tx,
  orderIds: readonly string[],
): Promise<Map<string, Contribution[]>> {
  const rows = await tx.query<{ orderId: string; counted: Contribution[] }>(
    `select order_id as "orderId", counted from tally where order_id = any($1::uuid[])
      order by order_id for update`,
    [orderIds],
  );
  return new Map(rows.map(({ orderId, counted }) => [orderId, counted]));
}

export async function storeTallies(
  tx: Tx,
  tallies: readonly { orderId: string; counted: readonly Contribution[] }[],
): Promise<void> {
  await tx.query(
    `update tally set counted = n.counted
       from unnest($1::uuid[], $2::json[]) as n (order_id, counted)
      where tally.order_id = n.order_id`,
    [tallies.map(({ orderId }) => orderId), tallies.map(({ counted }) => JSON.stringify(counted))],
  );
}
