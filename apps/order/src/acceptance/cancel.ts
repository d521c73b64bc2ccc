import type { OrderStatus, Reason } from '#contracts';
import type { Outbox } from '#messaging';
import { runtime } from '#platform';
import { sagaCancelOf } from '../domain/messages.js';
import { postgresOrderRows, type OrderRows } from '../persistence/order-rows.js';

/** Passes a customer's wish to cancel on to the saga, which alone decides and changes the order. */
export class CancelDesk {
  constructor(
    private readonly outbox: Pick<Outbox, 'transaction'>,
    private readonly clock: () => Date = runtime.date,
    private readonly rows: Pick<OrderRows, 'findStatus' | 'noteCancel'> = postgresOrderRows,
  ) {}

  /**
   * Asks the saga for an order whose parcel has not left; any other is left alone. Asking again is the
   * same message again.
   * @returns the status at this moment, undefined for an unknown order
   */
  cancel(orderId: string, why?: string, traceparent?: string): Promise<OrderStatus | undefined> {
    const reason: Reason = { code: 'cancelled-by-customer', message: why ?? 'no reason given' };
    return this.outbox.transaction(async (unit) => {
      const order = await this.rows.findStatus(unit.tx, orderId);
      if (order?.status === 'pending' || order?.status === 'confirmed') {
        const now = this.clock();
        const cancel = sagaCancelOf(orderId, reason, now);
        unit.publish(traceparent === undefined ? cancel : { ...cancel, traceparent });
        await this.rows.noteCancel(unit.tx, orderId, reason, now);
      }
      return order?.status;
    });
  }
}
