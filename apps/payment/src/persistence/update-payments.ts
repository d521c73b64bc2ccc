import { RetryableError, type Tx } from '#messaging';
import { isDisputed } from '../domain/chargebacks.js';
import type { StoredPayment } from './payment-row.js';

export interface PaymentChange {
  readonly before: StoredPayment;
  readonly after: StoredPayment;
}

/**
 * Writes what can change of payments that `lockPayments` has locked.
 * @throws RetryableError when one of them is not as it was read, which the lock should rule out
 */
export async function updatePayments(tx: Tx, changes: readonly PaymentChange[]): Promise<void> {
  if (changes.length === 0) return;
  const after = changes.map((change) => change.after);
  const rows = await tx.query(
    `update payment p
        set wanted = n.wanted, status = n.status, sealed_token = n.sealed_token,
            captured = n.captured, refunded = n.refunded, problem_code = n.problem_code,
            revision = n.revision, charge_to = n.charge_to, undo_to = n.undo_to,
            goods_refunds = n.goods_refunds, email = n.email, attempt = n.attempt,
            instructions = n.instructions,
            captured_at = n.captured_at, fee = n.fee, fee_rate_id = n.fee_rate_id,
            fee_returned = n.fee_returned, chargebacks = n.chargebacks,
            is_disputed = n.is_disputed, updated_at = now()
       from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::int8[],
                   $7::int8[], $8::text[], $9::int[], $10::json[], $11::json[], $12::json[],
                   $13::text[], $14::int[], $15::json[], $16::timestamptz[], $17::int8[],
                   $18::text[], $19::int8[], $20::json[], $21::bool[])
         as n (order_id, expected, wanted, status, sealed_token, captured, refunded, problem_code,
               revision, charge_to, undo_to, goods_refunds, email, attempt, instructions,
               captured_at, fee, fee_rate_id, fee_returned, chargebacks,
               is_disputed)
      where p.order_id = n.order_id and p.revision = n.expected
     returning 1`,
    [
      after.map(({ orderId }) => orderId),
      changes.map(({ before }) => before.revision),
      after.map(({ wanted }) => wanted),
      after.map(({ status }) => status),
      after.map(({ sealedToken }) => sealedToken),
      after.map(({ captured }) => captured),
      after.map(({ refunded }) => refunded),
      after.map(({ problemCode }) => problemCode),
      after.map(({ revision }) => revision),
      after.map(({ chargeTo }) => JSON.stringify(chargeTo)),
      after.map(({ undoTo }) => JSON.stringify(undoTo)),
      after.map(({ goodsRefunds }) => JSON.stringify(goodsRefunds)),
      after.map(({ email }) => email),
      after.map(({ attempt }) => attempt),
      after.map(({ instructions }) => (instructions ? JSON.stringify(instructions) : null)),
      after.map(({ capturedAt }) => capturedAt),
      after.map(({ fee }) => fee),
      after.map(({ feeRateId }) => feeRateId),
      after.map(({ feeReturned }) => feeReturned),
      after.map(({ chargebacks }) => JSON.stringify(chargebacks)),
      after.map(isDisputed),
    ],
  );
  if (rows.length !== changes.length) throw new RetryableError('a payment changed meanwhile');
}
