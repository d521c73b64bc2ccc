/** What a look after lost parcels finds: by the side, and in small numbers. */
import type { RefundLostParcelInput } from '#contracts';
import type { Tx } from '#messaging';
import { refundInputOf } from '../domain/order-return.js';
import { findOrders } from './read-orders.js';
import { RETURN_COLUMNS, returnOf, type ReturnRow } from './return-rows.js';

/**
 * Locks orders whose parcel is lost, and of whose price a part is in no return: they were told of their
 * loss by a version that paid nothing back. Whoever else looks passes them over.
 */
export async function lockUnpaidLost(tx: Tx, limit: number): Promise<string[]> {
  const rows = await tx.query<{ order_id: string }>(
    `select order_id
       from orders o
      where status = 'shipped' and reason is not null
        and total_amount > (select coalesce(sum(refund_amount), 0)
                              from order_return r
                             where r.order_id = o.order_id and r.status <> 'rejected')
      order by order_id
      limit $1
        for update skip locked`,
    [limit],
  );
  return rows.map((row) => row.order_id);
}

/**
 * Refunds for lost parcels that nothing has become of for long: what their sagas start with. Each is
 * found again only after as long.
 */
export async function stalledRefunds(
  tx: Tx,
  now: Date,
  afterMs: number,
  limit: number,
): Promise<RefundLostParcelInput[]> {
  const rows = await tx.query<ReturnRow>(
    `update order_return set updated_at = $1
      where return_id in (
        select return_id from order_return
         where origin = 'parcel-lost' and status = 'approved' and updated_at < $2
         order by return_id
         limit $3
           for update skip locked)
      returning ${RETURN_COLUMNS}`,
    [now.toISOString(), new Date(now.getTime() - afterMs).toISOString(), limit],
  );
  const returns = rows.map(returnOf);
  const orders = await findOrders(
    tx,
    returns.map(({ orderId }) => orderId),
  );
  const byId = new Map(orders.map((order) => [order.orderId, order]));
  return returns.flatMap((one) => {
    const order = byId.get(one.orderId);
    return order ? [refundInputOf(order, one)] : [];
  });
}
