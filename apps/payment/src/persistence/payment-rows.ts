/** What payment keeps, as its handler and its workers use it; a simulator brings its own. */
import type { Tx } from '#messaging';
import { findPayments } from './find-payments.js';
import { insertPayments } from './insert-payments.js';
import { lockPayments } from './lock-payments.js';
import type { StoredPayment } from './payment-row.js';
import { storeIntents, type NewIntentId } from './store-intents.js';
import { updatePayments, type PaymentChange } from './update-payments.js';

export interface PaymentRows {
  /** By order; orders without a payment are missing. */
  findPayments(tx: Tx, orderIds: readonly string[]): Promise<Map<string, StoredPayment>>;
  /** The same, locked in the order of their ids. */
  lockPayments(tx: Tx, orderIds: readonly string[]): Promise<Map<string, StoredPayment>>;
  /** @throws RetryableError when another transaction made one of them first */
  insertPayments(tx: Tx, payments: readonly StoredPayment[]): Promise<void>;
  /** @throws RetryableError when one of them is not as it was read */
  updatePayments(tx: Tx, changes: readonly PaymentChange[]): Promise<void>;
  /** For payments that still want it. @returns for each, in order, whether it was stored */
  storeIntents(tx: Tx, intents: readonly NewIntentId[]): Promise<boolean[]>;
}

export const postgresPaymentRows: PaymentRows = {
  findPayments,
  lockPayments,
  insertPayments,
  updatePayments,
  storeIntents,
};
