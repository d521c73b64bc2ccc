import { RetryableError, type Tx } from '#messaging';
import type { StoredPayment } from '../../../apps/payment/src/persistence/payment-row.js';
import type { PaymentRows } from '../../../apps/payment/src/persistence/payment-rows.js';
import type { NewIntentId } from '../../../apps/payment/src/persistence/store-intents.js';
import type { PaymentChange } from '../../../apps/payment/src/persistence/update-payments.js';
import { sessionOf } from '../database/database.js';
import { checkViolation } from '../database/errors.js';
import { Table } from '../database/table.js';

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
        // columns that the statement leaves to their defaults
        sorted.filter((payment) =>
          view.insert(this.payments, payment.orderId, {
            ...payment,
            intentId: null,
            captured: 0,
            refunded: 0,
            problemCode: null,
          }),
        ).length,
    );
    if (added !== payments.length) throw new RetryableError('a payment was made meanwhile');
  }

  async updatePayments(tx: Tx, changes: readonly PaymentChange[]): Promise<void> {
    if (changes.length === 0) return;
    const written = await sessionOf(tx).statement('update payments', (view) => {
      const fitting = changes.filter(
        ({ before, after }) =>
          view.lock(this.payments, after.orderId)?.revision === before.revision,
      );
      for (const { before, after } of fitting) {
        if (after.refunded > after.captured) throw checkViolation('payment_refund_within_capture');
        const { intentId } = view.get(this.payments, after.orderId) ?? before;
        view.update(this.payments, after.orderId, { ...after, intentId });
      }
      return fitting.length;
    });
    if (written !== changes.length) throw new RetryableError('a payment changed meanwhile');
  }

  storeIntents(tx: Tx, intents: readonly NewIntentId[]): Promise<boolean[]> {
    return sessionOf(tx).statement('store intents', (view) => {
      const ids = intents.map(({ orderId }) => orderId).sort();
      const locked = byOrder(ids.flatMap((id) => view.lock(this.payments, id) ?? []));
      return intents.map(({ orderId, intentId }) => {
        const payment = locked.get(orderId);
        if (payment?.status !== 'accepted' || payment.wanted !== 'captured') return false;
        view.update(this.payments, orderId, { ...payment, intentId, status: 'intended' });
        return true;
      });
    });
  }
}

const byOrder = (payments: readonly StoredPayment[]): Map<string, StoredPayment> =>
  new Map(payments.map((payment) => [payment.orderId, payment]));
