/** An order's history says when a card was declined: then its customer may give another one. */
import { eventType, paymentFailed } from '#contracts';
import type { EventBatch, UnitOfWork } from '#messaging';
import { runtime } from '#platform';
import type { Declined } from '../persistence/note-request.js';
import { postgresOrderRows, type OrderRows } from '../persistence/order-rows.js';

const FAILED = eventType(paymentFailed.name);

/** Nobody declined a payment that was called off with its order, or that ran out of time. */
const NOT_DECLINED: readonly string[] = ['canceled', 'expired'];

export class PaymentFacts {
  constructor(private readonly rows: Pick<OrderRows, 'noteDeclined'> = postgresOrderRows) {}

  /** @throws ZodError for a fact that breaks its contract; alone in its batch, it is a dead letter */
  async apply(events: EventBatch['events'], unit: UnitOfWork): Promise<void> {
    const declined = new Map<string, Declined>();
    for (const { type, data } of events) {
      if (type !== FAILED) continue;
      const { orderId: id, revision, method, reason } = paymentFailed.data.parse(data);
      if (method !== 'credit_card' || NOT_DECLINED.includes(reason.code)) continue;
      // The database gives ids back in lower case.
      const orderId = id.toLowerCase();
      declined.set(`${orderId} ${revision}`, { orderId, paymentRevision: revision, reason });
    }
    if (declined.size === 0) return;
    const inTurn = [...declined.values()].sort((a, b) => a.paymentRevision - b.paymentRevision);
    await this.rows.noteDeclined(unit.tx, inTurn, runtime.date());
  }
}
