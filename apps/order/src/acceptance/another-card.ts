import type { OrderStatus, PaymentMethod } from '#contracts';
import type { Outbox } from '#messaging';
import { runtime } from '#platform';
import { sagaMendOf } from '../domain/messages.js';
import { postgresOrderRows, type OrderRows } from '../persistence/order-rows.js';

/** Hands another card to the saga, which alone knows whether it waits for one. */
export class AnotherCardDesk {
  constructor(
    private readonly outbox: Pick<Outbox, 'transaction'>,
    private readonly clock: () => Date = runtime.date,
    private readonly rows: Pick<OrderRows, 'findStatus' | 'noteRequest'> = postgresOrderRows,
  ) {}

  /**
   * Tells the saga of an order that is pending and paid by card; others are left alone.
   * @returns the order at this moment, undefined for an unknown one
   */
  give(
    orderId: string,
    sealedToken: string,
    traceparent?: string,
  ): Promise<{ status: OrderStatus; paymentMethod: PaymentMethod } | undefined> {
    return this.outbox.transaction(async (unit) => {
      const order = await this.rows.findStatus(unit.tx, orderId);
      if (order?.status === 'pending' && order.paymentMethod === 'credit_card') {
        const now = this.clock();
        const mend = sagaMendOf(orderId, sealedToken, now);
        unit.publish(traceparent === undefined ? mend : { ...mend, traceparent });
        await this.rows.noteRequest(unit.tx, { orderId, type: 'another-card-given' }, now);
      }
      return order;
    });
  }
}
