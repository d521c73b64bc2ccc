/** What a look after lost parcels finds: by the side, and in small numbers. */
import type { RefundLostParcelInput } from '#contracts';
import type { Tx } from '#messaging';
import { refundInputOf } from '../domain/order-return.js';
import { findOrders } from './read-orders.js';
import { RETURN_COLUMNS, returnOf, type ReturnRow } from './return-rows.js';

/**
 * Locks orders whose parcel is lost and that hold pieces which no return is to bring back: they were
 * told of their loss by a version that paid nothing back. Whoever else looks passes them over.
 */
export async function lockUnpaidLost(tx: Tx, limit: number): Promise<string[]> {
  const rows = await tx.query<{ order_id: string }>(
    `select o.order_id
       from orders o,
            lateral (select sum((line ->> 'quantity')::int) as pieces
                       from json_array_elements(o.items) line) ordered,
            lateral (select coalesce(sum((line ->> 'quantity')::int), 0) as pieces
                       from order_return r, json_array_elements(r.items) line
                      where r.order_id = o.order_id and r.status <> 'rejected') taken
      where o.status = 'shipped' and o.reason is not null and o.total_amount > 0
        and taken.pieces < ordered.pieces
      order by o.order_id
      limit $1
        for update of o skip locked`,
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
