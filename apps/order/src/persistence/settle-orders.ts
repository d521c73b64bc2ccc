import type { OrderStatus, Reason } from '#contracts';
import type { Tx } from '#messaging';
import type { FactSource } from '../domain/messages.js';
import type { OrderState } from '../domain/settle.js';

export type SettlingOrder = FactSource & OrderState;

/** Locks the orders in the order of their ids, so that two batches cannot deadlock. */
export async function lockOrders(
  tx: Tx,
  orderIds: readonly string[],
): Promise<Map<string, SettlingOrder>> {
  const rows = await tx.query<{
    order_id: string;
    customer_id: string;
    merchant_id: string;
    channel: string;
    currency: string;
    total_amount: string;
    status: OrderStatus;
    revision: number;
    reason: Reason | null;
    tracking_number: string | null;
  }>(
    `select order_id, customer_id, merchant_id, channel, currency, total_amount, status, revision,
            reason, tracking_number
      from orders where order_id = any($1::uuid[])
      order by order_id for update`,
    [orderIds],
  );
  return new Map(
    rows.map((row) => [
      row.order_id,
      {
        orderId: row.order_id,
        customerId: row.customer_id,
        merchantId: row.merchant_id,
        channel: row.channel,
        currency: row.currency,
        totalAmount: Number(row.total_amount),
        status: row.status,
        revision: row.revision,
        ...(row.reason && { reason: row.reason }),
        ...(row.tracking_number !== null && { trackingNumber: row.tracking_number }),
      },
    ]),
  );
}

export async function updateOrders(
  tx: Tx,
  orders: readonly SettlingOrder[],
  at: Date,
): Promise<void> {
  await tx.query(
    `update orders set status = given.status, reason = given.reason,
        tracking_number = given.tracking_number, revision = given.revision, updated_at = $6
      from unnest($1::uuid[], $2::text[], $3::json[], $4::text[], $5::int[])
        as given (order_id, status, reason, tracking_number, revision)
      where orders.order_id = given.order_id`,
    [
      orders.map(({ orderId }) => orderId),
      orders.map(({ status }) => status),
      orders.map(({ reason }) => (reason ? JSON.stringify(reason) : null)),
      orders.map(({ trackingNumber }) => trackingNumber ?? null),
      orders.map(({ revision }) => revision),
      at.toISOString(),
    ],
  );
}
