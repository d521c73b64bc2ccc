import { RetryableError, type Tx } from '#messaging';
import type { StoredPayment } from '../../../apps/payment/src/persistence/payment-row.js';
import type { PaymentRows } from '../../../apps/payment/src/persistence/payment-rows.js';
import type { NewIntentId } from '../../../apps/payment/src/persistence/store-intents.js';
import type { PaymentChange } from '../../../apps/payment/src/persistence/update-payments.js';
import { sessionOf } from '../database/database.js';
import { checkViolation } from '../database/errors.js';
import { Table } from '../database/table.js';
import { asJson } from './json.js';

/** The payment service's table, shared by its replicas. */
export class SimPaymentRows implements PaymentRows {
  readonly payments = new Table<StoredPayment>('payment');

  findPayments(tx: Tx, orderIds: readonly string[]): Promise<Map<string, StoredPayment>> {
    return sessionOf(tx).statement('find payments', (view) =>
      byOrder(orderIds.flatMap((id) => view.get(this.payments, id) ?? [])),
    );
  }

  lockPayments(tx: Tx, orderIds: readonly string[]): Promise<Map<string, StoredPayment>> {
    return sessionOf(tx).statement('lock payments', (view) =>
      byOrder(orderIds.toSorted().flatMap((id) => view.lock(this.payments, id) ?? [])),
    );
  }

  async insertPayments(tx: Tx, payments: readonly StoredPayment[]): Promise<void> {
    if (payments.length === 0) return;
    const sorted = payments.toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1));
    const added = await sessionOf(tx).statement(
      'insert payments',
      (view) =>
        sorted.filter((payment) =>
          view.insert(this.payments, payment.orderId, checked({ ...payment, ...DEFAULTS })),
        ).length,
    );
    if (added !== payments.length) throw new RetryableError('a payment was made meanwhile');
  }

  async updatePayments(tx: Tx, changes: readonly PaymentChange[]): Promise<void> {
    if (changes.length === 0) return;
    const written = await sessionOf(tx).statement(
      'update payments',
      (view) =>
        changes.filter(({ before, after }) => {
          const isAsRead = ({ revision }: StoredPayment): boolean => revision === before.revision;
          const row = view.lockWhere(this.payments, after.orderId, isAsRead);
          if (!row) return false;
          const { wanted, status, sealedToken, captured, refunded, problemCode } = after;
          const { revision, chargeTo, undoTo, goodsRefunds } = after;
          const { email, attempt, instructions } = after;
          const { capturedAt, fee, feeRateId, feeReturned, chargebacks } = after;
          const books = { capturedAt, fee, feeRateId, feeReturned, chargebacks };
          const state = { wanted, status, sealedToken, captured, refunded, problemCode, revision };
          const asked = { email, attempt, instructions };
          const changed = { ...row, ...state, ...asked, ...books, chargeTo, undoTo, goodsRefunds };
          view.update(this.payments, after.orderId, checked(changed));
          return true;
        }).length,
    );
    if (written !== changes.length) throw new RetryableError('a payment changed meanwhile');
  }

  storeIntents(tx: Tx, intents: readonly NewIntentId[]): Promise<boolean[]> {
    return sessionOf(tx).statement('store intents', (view) => {
      for (const id of intents.map(({ orderId }) => orderId).sort()) view.lock(this.payments, id);
      const stored = new Map<string, string>();
      for (const { orderId, attempt, intentId } of intents) {
        const wants = (row: StoredPayment): boolean => wantsIntent(row, attempt);
        const row = view.lockWhere(this.payments, orderId, wants);
        if (!row) continue;
        view.update(this.payments, orderId, { ...row, intentId, status: 'intended' });
        stored.set(orderId, intentId);
      }
      return intents.map(({ orderId, intentId }) => stored.get(orderId) === intentId);
    });
  }
}

/** Of columns that are not inserted. */
const DEFAULTS = {
  ...{ intentId: null, captured: 0, refunded: 0, problemCode: null, goodsRefunds: [] },
  ...{ attempt: 1, instructions: null, capturedAt: null },
  ...{ fee: 0, feeRateId: null, feeReturned: 0, chargebacks: [] },
};

const wantsIntent = (payment: StoredPayment, attempt: number): boolean =>
  payment.status === 'accepted' && payment.wanted === 'captured' && payment.attempt === attempt;

/** As the table takes it. */
const checked = (payment: StoredPayment): StoredPayment => {
  const { amount, captured, refunded, status, intentId, fee, feeReturned } = payment;
  if (amount < 0) throw checkViolation('payment_amount_check');
  if (refunded < 0) throw checkViolation('payment_refunded_check');
  if (refunded > captured) throw checkViolation('payment_refund_within_capture');
  if (fee < 0) throw checkViolation('payment_fee_check');
  if (fee > captured) throw checkViolation('payment_fee_within_capture');
  if (feeReturned !== 0 && feeReturned !== fee) throw checkViolation('payment_fee_returned');
  if (status === 'intended' && intentId === null) throw checkViolation('payment_intended');
  return asJson(payment);
};

const byOrder = (payments: readonly StoredPayment[]): Map<string, StoredPayment> =>
  new Map(payments.map((payment) => [payment.orderId, payment]));
