import type { Reason } from '#contracts';
import { asStillLocked, type Tx } from '#messaging';
import type { Order } from '../../../apps/order/src/domain/order.js';
import { typeOfState, type OrderEvent } from '../../../apps/order/src/domain/order-event.js';
import type { Cards } from '../../../apps/order/src/domain/another-card.js';
import type { Declined } from '../../../apps/order/src/persistence/note-request.js';
import type { StandingOrder } from '../../../apps/order/src/persistence/read-orders.js';
import {
  keyOfMerchant,
  type EarlierRequest,
  type KeyedOrder,
} from '../../../apps/order/src/persistence/insert-orders.js';
import type { OrderRows } from '../../../apps/order/src/persistence/order-rows.js';
import type { SettlingOrder } from '../../../apps/order/src/persistence/settle-orders.js';
import { sessionOf } from '../database/database.js';
import { checkViolation } from '../database/errors.js';
import { Table } from '../database/table.js';
import type { View } from '../database/view.js';
import { asJson } from './json.js';

/** The order service's table, shared by its replicas. */
export class SimOrderRows implements OrderRows {
  readonly orders = new Table<KeyedOrder>('orders', ({ order, requestKey }) =>
    requestKey ? [keyOfMerchant(order.merchantId, requestKey.key)] : [],
  );

  /** The history of each order, under its id. */
  readonly events = new Table<readonly OrderEvent[]>('order_event');

  /** @param trip throws for orders whose data a bug trips over */
  constructor(private readonly trip: (orderIds: readonly string[]) => void = () => undefined) {}

  /** The same tables for what no bug trips over: facts, which nobody would send again. */
  untripped(): SimOrderRows {
    return Object.assign(Object.create(this) as SimOrderRows, { trip: () => undefined });
  }

  insertOrders(tx: Tx, orders: readonly KeyedOrder[], waitMs?: number): Promise<Set<string>> {
    const sorted = orders.toSorted((a, b) => compare(a.requestKey?.key, b.requestKey?.key));
    const insert = (view: View): Set<string> => {
      const added = sorted.filter((row) =>
        view.insert(this.orders, row.order.orderId, { ...row, order: checked(row.order) }),
      );
      for (const { order } of added) {
        const { orderId, createdAt: at } = order;
        const head = { type: 'created', status: 'pending', revision: 1 } as const;
        view.insert(this.events, orderId, [{ seq: 1, ...head, details: {}, at }]);
      }
      return new Set(added.map(({ order }) => order.orderId));
    };
    return sessionOf(tx).statement('insert orders', insert, waitMs).catch(asStillLocked);
  }

  findEarlier(
    tx: Tx,
    orderIds: readonly string[],
    keys: readonly string[],
  ): Promise<EarlierRequest[]> {
    return sessionOf(tx).statement('find earlier orders', (view) =>
      view.all(this.orders).flatMap(([orderId, { order, requestKey }]) => {
        const isAsked =
          orderIds.includes(orderId) || (requestKey && keys.includes(requestKey.key)) === true;
        const { merchantId } = order;
        return isAsked ? [{ orderId, merchantId, ...(requestKey && { requestKey }) }] : [];
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

  updateOrders(tx: Tx, changes: readonly SettlingOrder[], at: Date): Promise<void> {
    return sessionOf(tx).statement('update orders', (view) => {
      for (const { orderId, status, reason, trackingNumber, revision } of changes) {
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
        const details = {
          ...(reason && { reason: asJson(reason) }),
          ...(trackingNumber !== undefined && { trackingNumber }),
        };
        const type = typeOfState(order);
        this.append(view, orderId, { type, status, revision, details, at });
      }
    });
  }

  async noteCancel(tx: Tx, orderId: string, reason: Reason, at: Date): Promise<void> {
    // One of its own, so that the next one sees what was committed while it waited.
    await sessionOf(tx).statement('lock order', (view) => view.lock(this.orders, orderId));
    return sessionOf(tx).statement('note cancel', (view) => {
      const order = view.get(this.orders, orderId)?.order;
      if (order?.status !== 'pending' && order?.status !== 'confirmed') return;
      const type = 'cancel-requested';
      const before = view.get(this.events, orderId) ?? [];
      if (before.some((event) => event.type === type)) return;
      const { status, revision } = order;
      this.append(view, orderId, {
        type,
        status,
        revision,
        details: { reason: asJson(reason) },
        at,
      });
    });
  }

  async lockCards(tx: Tx, orderId: string): Promise<Cards | undefined> {
    await sessionOf(tx).statement('lock order', (view) => view.lock(this.orders, orderId));
    return sessionOf(tx).statement('count cards', (view) => {
      if (view.get(this.orders, orderId)?.order.status !== 'pending') return undefined;
      const events = view.get(this.events, orderId) ?? [];
      const count = (of: OrderEvent['type']) => events.filter(({ type }) => type === of).length;
      const lastGivenAt = events.findLast(({ type }) => type === 'another-card-given')?.at ?? null;
      const [declined, given] = [count('payment-declined'), count('another-card-given')];
      return { declined, given, lastGivenAt };
    });
  }

  noteCard(tx: Tx, orderId: string, at: Date): Promise<void> {
    return sessionOf(tx).statement('note card', (view) => {
      const order = view.get(this.orders, orderId)?.order;
      if (!order) return;
      const { status, revision } = order;
      const type = 'another-card-given';
      this.append(view, orderId, { type, status, revision, details: {}, at });
    });
  }

  async noteDeclined(tx: Tx, declined: readonly Declined[], at: Date): Promise<void> {
    const ids = [...new Set(declined.map(({ orderId }) => orderId))].sort();
    await sessionOf(tx).statement('lock orders', (view) => {
      for (const id of ids) view.lock(this.orders, id);
    });
    return sessionOf(tx).statement('note declined', (view) => {
      const known = new Map(ids.map((id) => [id, this.declinedUpTo(view, id)]));
      for (const { orderId, paymentRevision, reason } of declined) {
        const order = view.get(this.orders, orderId)?.order;
        if (order?.status !== 'pending' || paymentRevision <= (known.get(orderId) ?? 0)) continue;
        const { status, revision } = order;
        const details = { reason: asJson(reason), paymentRevision };
        this.append(view, orderId, { type: 'payment-declined', status, revision, details, at });
      }
    });
  }

  private declinedUpTo(view: View, orderId: string): number {
    const events = view.get(this.events, orderId) ?? [];
    return Math.max(0, ...events.map(({ details }) => details.paymentRevision ?? 0));
  }

  readEvents(tx: Tx, orderId: string, after: number, limit: number): Promise<OrderEvent[]> {
    return sessionOf(tx).statement('read events', (view) => {
      const events = view.get(this.events, orderId) ?? [];
      return events.filter(({ seq }) => seq > after).slice(0, limit);
    });
  }

  /** Of an order that is locked by this transaction. */
  append(view: View, orderId: string, event: Omit<OrderEvent, 'seq'>): void {
    const before = view.get(this.events, orderId) ?? [];
    view.update(this.events, orderId, [...before, { seq: before.length + 1, ...event }]);
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
