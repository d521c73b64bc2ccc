import type { CommandAddress } from '#participant';
import type { Payment } from '../domain/payment.js';

export type StoredPayment = Payment<CommandAddress>;

/** Amounts are int8, which the driver hands over as text; as float8 they stay exact up to 2^53. */
export const PAYMENT_COLUMNS = `
  order_id as "orderId", saga_id as "sagaId", customer_id as "customerId",
  merchant_id as "merchantId", channel, method, currency, amount::float8 as amount,
  sealed_token as "sealedToken", email, wanted, status, intent_id as "intentId",
  captured::float8 as captured, refunded::float8 as refunded, problem_code as "problemCode",
  attempt, instructions, revision, charge_to as "chargeTo",
  undo_to as "undoTo", goods_refunds as "goodsRefunds",
  to_char(captured_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "capturedAt",
  fee::float8 as fee, fee_rate_id as "feeRateId", fee_returned::float8 as "feeReturned",
  chargebacks`;
