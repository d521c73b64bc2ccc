import type { Reason } from '#contracts';
import type { Outbox } from '#messaging';
import { runtime } from '#platform';
import { returnCancelOf } from '../domain/messages.js';
import type { OrderReturn } from '../domain/order-return.js';
import { postgresReturnRows, type ReturnRows } from '../persistence/return-rows.js';

export interface ReturnCancel {
  readonly orderId: string;
  readonly returnId: string;
  /** The customer's own words. */
  readonly why?: string;
  /** W3C trace context of the HTTP request. */
  readonly traceparent?: string;
}

/** Passes a customer's wish to keep the goods on to the saga, which alone decides. */
export class CancelReturnDesk {
  constructor(
    private readonly outbox: Pick<Outbox, 'transaction'>,
    private readonly clock: () => Date = runtime.date,
    private readonly rows: Pick<ReturnRows, 'findReturn'> = postgresReturnRows,
  ) {}

  /**
   * Asks the saga for a return whose goods are not here; any other is left alone, and so is the refund
   * for a lost parcel. Asking again is the same message again.
   * @returns the return at this moment, undefined for an unknown one
   */
  cancel(asked: ReturnCancel): Promise<OrderReturn | undefined> {
    const { orderId, returnId, why, traceparent } = asked;
    const message = why ?? 'no reason given';
    const reason: Reason = { code: 'cancelled-by-customer', message };
    return this.outbox.transaction(async (unit) => {
      const found = await this.rows.findReturn(unit.tx, orderId, returnId);
      if (found && isUnderWay(found)) {
        const cancel = returnCancelOf(returnId, reason, this.clock());
        unit.publish(traceparent === undefined ? cancel : { ...cancel, traceparent });
      }
      return found;
    });
  }
}

const isUnderWay = ({ origin, status }: OrderReturn): boolean =>
  origin === 'customer' && (status === 'requested' || status === 'approved');
