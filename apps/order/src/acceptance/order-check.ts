import type { PlaceOrderInput } from '#contracts';
import type { Tx } from '#messaging';
import { checkOrder, type OrderProblem } from '../domain/check-order.js';
import { removeOrders } from '../persistence/insert-orders.js';
import { findCustomers, findProducts } from '../persistence/known-rows.js';

/** Holds orders against what the shop knows, in the transaction that accepts them. */
export interface OrderCheck {
  /** @returns the problems of those orders that have some, by their ids */
  problemsOf(
    tx: Tx,
    orders: readonly PlaceOrderInput[],
  ): Promise<ReadonlyMap<string, readonly OrderProblem[]>>;
  /** Takes back orders that this transaction has just inserted. */
  removeOrders(tx: Tx, orderIds: readonly string[]): Promise<void>;
}

/** One statement a table, whatever the number of orders. */
export const ownCopyCheck: OrderCheck = {
  async problemsOf(tx, orders) {
    const productIds = orders.flatMap(({ items }) => items.map(({ productId }) => productId));
    const [products, customers] = await Promise.all([
      findProducts(tx, [...new Set(productIds)]),
      findCustomers(tx, [...new Set(orders.map(({ customerId }) => customerId))]),
    ]);
    const known = { products, customers };
    return new Map(
      orders.flatMap((order) => {
        const problems = checkOrder(order, known);
        return problems.length > 0 ? [[order.orderId, problems] as const] : [];
      }),
    );
  },
  removeOrders,
};
