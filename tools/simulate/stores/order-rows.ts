import type { Tx } from '#messaging';
import type { Order } from '../../../apps/order/src/domain/order.js';
import type { StandingOrder } from '../../../apps/order/src/persistence/read-orders.js';
import type {
  EarlierRequest,
  KeyedOrder,
} from '../../../apps/order/src/persistence/insert-orders.js';
import type { OrderRows } from '../../../apps/order/src/persistence/order-rows.js';
import type { SettlingOrder } from '../../../apps/order/src/persistence/settle-orders.js';
import { sessionOf } from '../database/database.js';
import { checkViolation } from '../database/errors.js';
import { Table } from '../database/table.js';
import { asJson } from './json.js';

/** The order service's table, shared by its replicas. */
export class SimOrderRows implements OrderRows {
  readonly orders = new Table<KeyedOrder>('orders', ({ requestKey }) =>
    requestKey ? [requestKey.key] : [],
  );

  /** @param trip throws for orders whose data a bug trips over */
  constructor(private readonly trip: (orderIds: readonly string[]) => void = () => undefined) {}

  /** The same tables for what no bug trips over: facts, which nobody would send again. */
  untripped(): SimOrderRows {
    return Object.assign(Object.create(this) as SimOrderRows, { trip: () => undefined });
  }

  insertOrders(tx: Tx, orders: readonly KeyedOrder[]): Promise<Set<string>> {
    const sorted = orders.toSorted((a, b) => compare(a.requestKey?.key, b.requestKey?.key));
    return sessionOf(tx).statement('insert orders', (view) => {
      const added = sorted.filter((row) =>
        view.insert(this.orders, row.order.orderId, { ...row, order: checked(row.order) }),
      );
      return new Set(added.map(({ order }) => order.orderId));
    });
  }

  findEarlier(
    tx: Tx,
    orderIds: readonly string[],
    keys: readonly string[],
  ): Promise<EarlierRequest[]> {
    return sessionOf(tx).statement('find earlier orders', (view) =>
      view.all(this.orders).flatMap(([orderId, { requestKey }]) => {
        const isAsked =
          orderIds.includes(orderId) || (requestKey && keys.includes(requestKey.key)) === true;
        return isAsked ? [{ orderId, ...(requestKey && { requestKey }) }] : [];
      }),
    );
  }

  findStatus(tx: Tx, orderId: string): Promise<StandingOrder | undefined> {
    return sessionOf(tx).statement('find status', (view) => {
      const order = view.get(this.orders, orderId)?.order;
      if (!order) return undefined;
      const { status, paymentMethod, reason } = order;
      return { status, paymentMethod, ...(reason && { reason }) };
    });
  }

  lockOrders(tx: Tx, orderIds: readonly string[]): Promise<Map<string, SettlingOrder>> {
    return sessionOf(tx).statement('lock orders', (view) => {
      this.trip(orderIds);
      const orders = orderIds.toSorted().flatMap((id) => view.lock(this.orders, id) ?? []);
      return new Map(
        orders.map(({ order }) => {
          const { orderId, customerId, merchantId, channel, currency, totalAmount } = order;
          const { status, revision, reason, trackingNumber } = order;
          const head = { orderId, customerId, merchantId, channel, currency, totalAmount };
          const known = {
            ...(reason && { reason }),
            ...(trackingNumber !== undefined && { trackingNumber }),
          };
          return [orderId, { ...head, status, revision, ...known }];
        }),
      );
    });
  }

  updateOrders(tx: Tx, orders: readonly SettlingOrder[], at: Date): Promise<void> {
    return sessionOf(tx).statement('update orders', (view) => {
      for (const { orderId, status, reason, trackingNumber, revision } of orders) {
        const row = view.lock(this.orders, orderId);
        if (!row) continue;
        const { reason: _, trackingNumber: __, ...kept } = row.order;
        const order: Order = {
          ...kept,
          status,
          revision,
          updatedAt: at,
          ...(reason && { reason: asJson(reason) }),
          ...(trackingNumber !== undefined && { trackingNumber }),
        };
        view.update(this.orders, orderId, { ...row, order });
      }
    });
  }
}

/** As the table takes a new one. */
const checked = (inserted: Order): Order => {
  const { reason: _, trackingNumber: __, ...order } = inserted;
  if (order.totalAmount < 0) throw checkViolation('orders_total_amount_check');
  const { items, shippingAddress, createdAt } = order;
  const state = { status: 'pending', revision: 1, updatedAt: createdAt } as const;
  return { ...order, ...asJson({ items, shippingAddress }), ...state };
};

const compare = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);
