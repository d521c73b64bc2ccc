/**
 * Orders follow their parcels: shipped, completed, or lost and paid back. A batch locks its orders once, is folded in memory
 * and written by one statement; a fact that comes again, or late, changes nothing.
 */
import type { z } from 'zod';
import { eventType, shipmentDelivered, shipmentHandedOver, shipmentLost } from '#contracts';
import { caused, type EventBatch, type UnitOfWork } from '#messaging';
import { runtime } from '#platform';
import { followParcel, isLost, type ParcelFact } from '../domain/follow-parcel.js';
import { settledFact } from '../domain/messages.js';
import { postgresOrderRows, type OrderRows } from '../persistence/order-rows.js';
import { postgresReturnRows, type ReturnRows } from '../persistence/return-rows.js';
import type { SettlingOrder } from '../persistence/settle-orders.js';
import { refundLostParcels } from './lost-parcels.js';

type ReceivedEvent = EventBatch['events'][number];

const FACTS = new Map(
  (
    [
      [shipmentHandedOver, 'handed-over'],
      [shipmentDelivered, 'delivered'],
      [shipmentLost, 'lost'],
    ] as const
  ).map(([{ name, data }, kind]) => [eventType(name), { data, kind }]),
);

export class ParcelFacts {
  constructor(
    private readonly rows: Pick<OrderRows, 'lockOrders' | 'updateOrders'> = postgresOrderRows,
    private readonly returns: ReturnRows = postgresReturnRows,
  ) {}

  /** @throws Error for the parcel of an order that is cancelled or not known */
  async apply(events: EventBatch['events'], unit: UnitOfWork): Promise<void> {
    const facts = events.flatMap((event) => factOf(event) ?? []);
    if (facts.length === 0) return;
    const ids = [...new Set(facts.map(({ fact }) => fact.orderId))];
    const orders = await this.rows.lockOrders(unit.tx, ids);
    const changes: SettlingOrder[] = [];
    const lost = new Map<string, ReceivedEvent>();
    const now = runtime.date();
    for (const { event, fact } of facts) {
      for (const after of followParcel(orders.get(fact.orderId), fact)) {
        const before = orders.get(fact.orderId);
        orders.set(after.orderId, after);
        changes.push(after);
        if (isLost(after)) lost.set(after.orderId, event);
        else lost.delete(after.orderId);
        if (after.status !== before?.status) unit.publish(caused(event, settledFact(after, now)));
      }
    }
    if (changes.length === 0) return;
    await this.rows.updateOrders(unit.tx, changes, now);
    const refunds = await refundLostParcels(unit.tx, this.returns, [...lost.keys()], now);
    for (const [orderId, event] of lost) {
      const start = refunds.get(orderId);
      if (start) unit.publish(caused(event, start));
    }
  }
}

/**
 * Undefined for what an order does not follow.
 * @throws ZodError for one that breaks its contract; alone in its batch, it becomes a dead letter
 */
function factOf(event: ReceivedEvent): { event: ReceivedEvent; fact: ParcelFact } | undefined {
  const known = FACTS.get(event.type);
  if (!known) return undefined;
  const data: z.output<typeof shipmentHandedOver.data> = known.data.parse(event.data);
  const { trackingNumber } = data;
  return { event, fact: { kind: known.kind, orderId: data.orderId.toLowerCase(), trackingNumber } };
}
