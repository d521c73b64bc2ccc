/** An order's history says when a card was declined: then its customer may give another one. */
import { eventType, isDeclinedCard, paymentFailed } from '#contracts';
import type { EventBatch, UnitOfWork } from '#messaging';
import { runtime } from '#platform';
import type { Declined } from '../persistence/note-request.js';
import { postgresOrderRows, type OrderRows } from '../persistence/order-rows.js';

const FAILED = eventType(paymentFailed.name);

export class PaymentFacts {
  constructor(private readonly rows: Pick<OrderRows, 'noteDeclined'> = postgresOrderRows) {}

  /** @throws ZodError for a fact that breaks its contract; alone in its batch, it is a dead letter */
  async apply(events: EventBatch['events'], unit: UnitOfWork): Promise<void> {
    const declined = new Map<string, Declined>();
    for (const { type, data } of events) {
      if (type !== FAILED) continue;
      const fact = paymentFailed.data.parse(data);
      if (!isDeclinedCard(fact)) continue;
      const { revision: paymentRevision, reason } = fact;
      // The database gives ids back in lower case.
      const orderId = fact.orderId.toLowerCase();
      declined.set(`${orderId} ${paymentRevision}`, { orderId, paymentRevision, reason });
    }
    if (declined.size === 0) return;
    const inTurn = [...declined.values()].sort((a, b) => a.paymentRevision - b.paymentRevision);
    await this.rows.noteDeclined(unit.tx, inTurn, runtime.date());
  }
}
