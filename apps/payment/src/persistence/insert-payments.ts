import { RetryableError, type Tx } from '#messaging';
import type { StoredPayment } from './payment-row.js';

/** @throws RetryableError when another transaction made one of them first: decide again with it */
export async function insertPayments(tx: Tx, payments: readonly StoredPayment[]): Promise<void> {
  if (payments.length === 0) return;
  const rows = await tx.query(
    `insert into payment (order_id, saga_id, customer_id, merchant_id, channel, method, currency,
                          amount, sealed_token, wanted, status, revision, charge_to, undo_to,
                          email)
     select n.*
       from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                   $7::text[], $8::int8[], $9::text[], $10::text[], $11::text[], $12::int[],
                   $13::json[], $14::json[], $15::text[]) as n (order_id)
      order by n.order_id
     on conflict (order_id) do nothing
     returning 1`,
    [
      payments.map(({ orderId }) => orderId),
      payments.map(({ sagaId }) => sagaId),
      payments.map(({ customerId }) => customerId),
      payments.map(({ merchantId }) => merchantId),
      payments.map(({ channel }) => channel),
      payments.map(({ method }) => method),
      payments.map(({ currency }) => currency),
      payments.map(({ amount }) => amount),
      payments.map(({ sealedToken }) => sealedToken),
      payments.map(({ wanted }) => wanted),
      payments.map(({ status }) => status),
      payments.map(({ revision }) => revision),
      payments.map(({ chargeTo }) => JSON.stringify(chargeTo)),
      payments.map(({ undoTo }) => JSON.stringify(undoTo)),
      payments.map(({ email }) => email),
    ],
  );
  if (rows.length !== payments.length) throw new RetryableError('a payment was made meanwhile');
}
