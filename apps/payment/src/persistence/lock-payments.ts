import type { Tx } from '#messaging';
import { PAYMENT_COLUMNS, type StoredPayment } from './payment-row.js';

/** As `findPayments`, locked in the order of their ids, so that two batches never block each other. */
export async function lockPayments(
  tx: Tx,
  orderIds: readonly string[],
): Promise<Map<string, StoredPayment>> {
  const rows = await tx.query<StoredPayment>(
    `select ${PAYMENT_COLUMNS} from payment
      where order_id = any($1::uuid[])
      order by order_id
        for update`,
    [orderIds],
  );
  return new Map(rows.map((row) => [row.orderId, row]));
}
