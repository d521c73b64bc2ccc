import type { Tx } from '#messaging';
import { PAYMENT_COLUMNS, type StoredPayment } from './payment-row.js';

/** By order; orders without a payment are missing. */
export async function findPayments(
  tx: Tx,
  orderIds: readonly string[],
): Promise<Map<string, StoredPayment>> {
  const rows = await tx.query<StoredPayment>(
    `select ${PAYMENT_COLUMNS} from payment where order_id = any($1::uuid[])`,
    [orderIds],
  );
  return new Map(rows.map((row) => [row.orderId, row]));
}
