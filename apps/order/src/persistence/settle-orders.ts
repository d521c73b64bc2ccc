import type { OrderStatus, Reason } from '#contracts';
import { allStatements, type Tx } from '#messaging';
import type { FactSource } from '../domain/messages.js';
import { typeOfState } from '../domain/order-event.js';
import type { OrderState } from '../domain/settle.js';
import { appendEvents, type NewEvent } from './order-events.js';

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

/**
 * Of orders that are locked by this transaction.
 * @param changes every state that an order has come to, in their order: each is an entry of its
 *   history, and the last is what it is from now on
 */
export async function updateOrders(
  tx: Tx,
  changes: readonly SettlingOrder[],
  at: Date,
): Promise<void> {
  const orders = [...new Map(changes.map((order) => [order.orderId, order])).values()];
  const update = tx.query(
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
  await allStatements([update, appendEvents(tx, changes.map(eventOf), at)]);
}

const eventOf = (order: SettlingOrder): NewEvent => {
  const { orderId, status, revision, reason, trackingNumber } = order;
  return {
    orderId,
    type: typeOfState(order),
    after: { status, revision },
    details: {
      ...(reason && { reason }),
      ...(trackingNumber !== undefined && { trackingNumber }),
    },
  };
};
