import type { Reason } from '#contracts';
import type { Tx } from '#messaging';
import type { RequestType } from '../domain/order-event.js';
import { waitingAtMost } from './lock-wait.js';

export interface CustomerRequest {
  readonly orderId: string;
  readonly type: RequestType;
  readonly reason?: Reason;
}

/**
 * Notes in the history of an order that has not left what its customer has asked for. A cancel is one however
 * often it is asked for; each card is one of its own.
 *
 * The order is locked for its number. Whoever holds it is done within milliseconds, and while that
 * is not so, customers who knock again and again must not take every connection there is.
 * @throws StillLockedError
 */
export async function noteRequest(
  tx: Tx,
  { orderId, type, reason }: CustomerRequest,
  at: Date,
): Promise<void> {
  await waitingAtMost(tx, LOCK_WAIT_MS, () =>
    tx.query('select 1 from orders where order_id = $1 for no key update', [orderId]),
  );
  const details = reason ? JSON.stringify({ reason }) : null;
  await tx.query(NOTE, [orderId, type, details, at.toISOString()]);
}

const LOCK_WAIT_MS = 500;

const NOTE = `
  insert into order_event (order_id, seq, type, status, revision, details, at)
  select order_id, 
      coalesce((select max(seq) from order_event e where e.order_id = orders.order_id), 0) + 1,
      $2, status, revision, $3, $4
    from orders
   where order_id = $1
     and (status = 'pending' or (status = 'confirmed' and $2 = 'cancel-requested'))
     and ($2 <> 'cancel-requested' or not exists (
       select 1 from order_event e where e.order_id = orders.order_id and e.type = $2))`;
