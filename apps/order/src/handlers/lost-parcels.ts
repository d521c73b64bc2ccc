import { newId, type OutgoingEvent, type Tx } from '#messaging';
import { lostParcelStartOf } from '../domain/messages.js';
import { refundInputOf, refundOfLost } from '../domain/order-return.js';
import type { ReturnRows } from '../persistence/return-rows.js';

/**
 * Gives back what parcels have cost that the carrier has lost: a row and the start of a saga each. What
 * a return is to bring back is left to that return; once that is rejected, this is called again.
 *
 * @param orderIds locked by this transaction
 * @returns the starts of the sagas, to be published with it, by the orders' ids
 */
export async function refundLostParcels(
  tx: Tx,
  rows: Pick<ReturnRows, 'findOrders' | 'standingReturns' | 'insertReturns'>,
  orderIds: readonly string[],
  now: Date,
): Promise<Map<string, OutgoingEvent>> {
  if (orderIds.length === 0) return new Map();
  const orders = await rows.findOrders(tx, orderIds);
  const standing = await rows.standingReturns(tx, orderIds);
  const refunds = orders.flatMap((order) => {
    const taken = standing.filter(({ orderId }) => orderId === order.orderId);
    const items = taken.flatMap(({ items: lines }) => lines);
    return refundOfLost(order, items, newId(), now) ?? [];
  });
  await rows.insertReturns(
    tx,
    refunds.map((asked) => ({ asked })),
  );
  const byId = new Map(refunds.map((refund) => [refund.orderId, refund]));
  return new Map(
    orders.flatMap((order) => {
      const refund = byId.get(order.orderId);
      return refund ? [[order.orderId, lostParcelStartOf(refundInputOf(order, refund), now)]] : [];
    }),
  );
}
