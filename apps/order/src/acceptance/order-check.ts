import type { PlaceOrderInput } from '#contracts';
import type { Tx } from '#messaging';
import { checkOrder, type Known, type OrderProblem } from '../domain/check-order.js';
import { removeOrders } from '../persistence/insert-orders.js';
import { findCustomers, findMerchants, findProducts } from '../persistence/known-rows.js';

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

/** What orders are held against. */
export interface Checked {
  /** Goods with their prices, and who buys them. */
  readonly catalog: boolean;
  /** Who sells. */
  readonly merchants: boolean;
}

/** One statement a table, whatever the number of orders. Undefined where nothing is to be checked. */
export const ownCopyCheck = (checked: Checked): OrderCheck | undefined =>
  checked.catalog || checked.merchants
    ? { problemsOf: (tx, orders) => problemsOf(tx, orders, checked), removeOrders }
    : undefined;

async function problemsOf(
  tx: Tx,
  orders: readonly PlaceOrderInput[],
  checked: Checked,
): Promise<Map<string, readonly OrderProblem[]>> {
  const known = await knownOf(tx, orders, checked);
  return new Map(
    orders.flatMap((order) => {
      const problems = checkOrder(order, known);
      return problems.length > 0 ? [[order.orderId, problems] as const] : [];
    }),
  );
}

async function knownOf(
  tx: Tx,
  orders: readonly PlaceOrderInput[],
  checked: Checked,
): Promise<Known> {
  const productIds = orders.flatMap(({ items }) => items.map(({ productId }) => productId));
  const [products, customers, merchants] = await Promise.all([
    checked.catalog ? findProducts(tx, [...new Set(productIds)]) : undefined,
    checked.catalog
      ? findCustomers(tx, [...new Set(orders.map(({ customerId }) => customerId))])
      : undefined,
    checked.merchants
      ? findMerchants(tx, [...new Set(orders.map(({ merchantId }) => merchantId))])
      : undefined,
  ]);
  return { products, customers, merchants };
}
