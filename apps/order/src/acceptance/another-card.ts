import type { Outbox } from '#messaging';
import { runtime } from '#platform';
import { anotherCard, type CardVerdict } from '../domain/another-card.js';
import { sagaMendOf } from '../domain/messages.js';
import { postgresOrderRows, type OrderRows } from '../persistence/order-rows.js';
import type { StandingOrder } from '../persistence/read-orders.js';

export interface CardGiven extends Pick<StandingOrder, 'status' | 'paymentMethod'> {
  /** Of an order that is pending and paid by card. */
  readonly verdict?: CardVerdict;
}

/** Hands another card to the saga, for each that was declined. */
export class AnotherCardDesk {
  constructor(
    private readonly outbox: Pick<Outbox, 'transaction'>,
    private readonly clock: () => Date = runtime.date,
    private readonly rows: Pick<
      OrderRows,
      'findStatus' | 'lockCards' | 'noteCard'
    > = postgresOrderRows,
  ) {}

  /**
   * Tells the saga when the order wants a card; others are left alone.
   * @returns the order at this moment, undefined for an unknown one
   * @throws StillLockedError
   */
  give(orderId: string, sealedToken: string, traceparent?: string): Promise<CardGiven | undefined> {
    return this.outbox.transaction(async (unit) => {
      const order = await this.rows.findStatus(unit.tx, orderId);
      if (order?.status !== 'pending' || order.paymentMethod !== 'credit_card') return order;
      const cards = await this.rows.lockCards(unit.tx, orderId);
      // It has come to its end since it was looked at.
      if (!cards) return this.rows.findStatus(unit.tx, orderId);
      const now = this.clock();
      const verdict = anotherCard(cards, now);
      if (verdict === 'wanted') {
        const mend = sagaMendOf(orderId, sealedToken, now);
        unit.publish(traceparent === undefined ? mend : { ...mend, traceparent });
        await this.rows.noteCard(unit.tx, orderId, now);
      }
      return { ...order, verdict };
    });
  }
}
