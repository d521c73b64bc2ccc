import { asStillLocked, type Tx } from '#messaging';
import type { Order } from '../../../apps/order/src/domain/order.js';
import { typeOfReturn } from '../../../apps/order/src/domain/order-event.js';
import type { OrderReturn } from '../../../apps/order/src/domain/order-return.js';
import type { ReturnState } from '../../../apps/order/src/domain/settle-return.js';
import type { RequestKey } from '../../../apps/order/src/persistence/insert-orders.js';
import type {
  AskedReturn,
  EarlierReturn,
  NewReturn,
  ReturnRows,
} from '../../../apps/order/src/persistence/return-rows.js';
import { sessionOf } from '../database/database.js';
import { Table } from '../database/table.js';
import type { View } from '../database/view.js';
import { asJson } from './json.js';
import type { SimOrderRows } from './order-rows.js';

export interface StoredReturn {
  readonly asked: OrderReturn;
  readonly requestKey?: RequestKey;
}

/** The order service's table of returns, shared by its replicas. */
export class SimReturnRows implements ReturnRows {
  readonly returns = new Table<StoredReturn>('order_return', ({ asked, requestKey }) =>
    requestKey ? [`${asked.orderId} ${requestKey.key}`] : [],
  );

  constructor(private readonly orderRows: SimOrderRows) {}

  lockOrder(tx: Tx, orderId: string, waitMs?: number): Promise<boolean> {
    const lock = (view: View) => view.lock(this.orderRows.orders, orderId) !== undefined;
    return sessionOf(tx).statement('lock order', lock, waitMs).catch(asStillLocked);
  }

  findOrder(tx: Tx, orderId: string): Promise<Order | undefined> {
    return sessionOf(tx).statement(
      'find order',
      (view) => view.get(this.orderRows.orders, orderId)?.order,
    );
  }

  findByRequest(tx: Tx, asked: AskedReturn): Promise<EarlierReturn | undefined> {
    return sessionOf(tx).statement('find return by request', (view) => {
      const isSame = ({ asked: { orderId, returnId }, requestKey }: StoredReturn): boolean =>
        orderId === asked.orderId &&
        (returnId === asked.returnId ||
          (requestKey !== undefined && requestKey.key === asked.requestKey?.key));
      const found = view.all(this.returns).find(([, stored]) => isSame(stored))?.[1];
      if (!found) return undefined;
      const { requestKey } = found;
      return { returnId: found.asked.returnId, ...(requestKey && { requestKey }) };
    });
  }

  findOrders(tx: Tx, orderIds: readonly string[]): Promise<Order[]> {
    return sessionOf(tx).statement('find orders', (view) =>
      orderIds.toSorted().flatMap((id) => view.get(this.orderRows.orders, id)?.order ?? []),
    );
  }

  standingReturns(tx: Tx, orderIds: readonly string[]): Promise<OrderReturn[]> {
    const isStanding = (asked: OrderReturn): boolean =>
      orderIds.includes(asked.orderId) && asked.status !== 'rejected';
    return sessionOf(tx).statement('standing returns', (view) =>
      view
        .all(this.returns)
        .flatMap(([, { asked }]) => (isStanding(asked) ? [asked] : []))
        .sort((a, b) => (a.returnId < b.returnId ? -1 : 1)),
    );
  }

  findReturn(tx: Tx, orderId: string, returnId: string): Promise<OrderReturn | undefined> {
    return sessionOf(tx).statement('find return', (view) => {
      const asked = view.get(this.returns, returnId)?.asked;
      return asked?.orderId === orderId ? asked : undefined;
    });
  }

  async insertReturns(tx: Tx, returns: readonly NewReturn[]): Promise<void> {
    if (returns.length === 0) return;
    await sessionOf(tx).statement('insert returns', (view) => {
      for (const { asked, requestKey } of returns) {
        // the time of the row, as the statement has one parameter for both
        const row = { ...asked, updatedAt: asked.createdAt };
        view.insertNew(this.returns, asked.returnId, {
          asked: row,
          ...(requestKey && { requestKey }),
        });
        this.note(view, asked, asked.createdAt);
      }
    });
  }

  lockReturns(tx: Tx, returnIds: readonly string[]): Promise<Map<string, ReturnState>> {
    return sessionOf(tx).statement('lock returns', (view) => {
      const locked = returnIds.toSorted().flatMap((id) => view.lock(this.returns, id) ?? []);
      return new Map(
        locked.flatMap(({ asked: { returnId, orderId, status, reason, revision } }) => {
          const orderStatus = view.get(this.orderRows.orders, orderId)?.order.status;
          if (orderStatus === undefined) return [];
          const state = {
            returnId,
            orderId,
            status,
            ...(reason && { reason }),
            revision,
            orderStatus,
          };
          return [[returnId, state]];
        }),
      );
    });
  }

  wholeReturns(tx: Tx, orderIds: readonly string[]): Promise<Set<string>> {
    const pieces = (items: readonly { quantity: number }[]): number =>
      items.reduce((sum, { quantity }) => sum + quantity, 0);
    return sessionOf(tx).statement('whole returns', (view) => {
      const returns = view.all(this.returns).map(([, { asked }]) => asked);
      const whole = orderIds.filter((orderId) => {
        const order = view.get(this.orderRows.orders, orderId)?.order;
        const back = returns.filter((one) => one.orderId === orderId && one.status === 'completed');
        return order && pieces(order.items) === pieces(back.flatMap(({ items }) => items));
      });
      return new Set(whole);
    });
  }

  async updateReturns(tx: Tx, changes: readonly ReturnState[], at: Date): Promise<void> {
    await sessionOf(tx).statement('update returns', (view) => {
      for (const { returnId, status, reason, revision } of changes) {
        const row = view.lock(this.returns, returnId);
        if (!row) continue;
        const { reason: _, ...kept } = row.asked;
        const asked = { ...kept, status, revision, updatedAt: at, ...(reason && { reason }) };
        view.update(this.returns, returnId, { ...row, asked });
      }
    });
    await sessionOf(tx).statement('lock orders of returns', (view) => {
      const orderIds = changes.flatMap((change) => this.orderOf(view, change) ?? []);
      for (const id of [...new Set(orderIds)].sort()) view.lock(this.orderRows.orders, id);
    });
    await sessionOf(tx).statement('note returns', (view) => {
      for (const change of changes) {
        const orderId = this.orderOf(view, change);
        if (orderId !== undefined) this.note(view, { ...change, orderId }, at);
      }
    });
  }

  private orderOf(view: View, { returnId }: ReturnState): string | undefined {
    return view.get(this.returns, returnId)?.asked.orderId;
  }

  private note(
    view: View,
    one: Pick<OrderReturn, 'orderId' | 'returnId' | 'status' | 'reason'>,
    at: Date,
  ): void {
    const order = view.get(this.orderRows.orders, one.orderId)?.order;
    if (!order) return;
    const { status, revision } = order;
    const { returnId, reason } = one;
    const details = { returnId, ...(reason && { reason: asJson(reason) }) };
    const event = { type: typeOfReturn(one.status), status, revision, details, at };
    this.orderRows.append(view, one.orderId, event);
  }
}
