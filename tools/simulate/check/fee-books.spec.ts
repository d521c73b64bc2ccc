/** Promise attacked here: the look at what is told of payments tells of each thing that is wrong. */
import { describe } from '@jest/globals';
import { eventType, paymentCompleted } from '#contracts';
import type { StoredPayment } from '../../../apps/payment/src/persistence/payment-row.js';
import { itTells } from './spec/cases.js';
import { ORDERS } from './spec/small-plan.js';
import { changed, type Change, type SmallWorld } from './spec/small-world.js';

const says = (w: SmallWorld, what: string): string =>
  `payment of ${w.orderId(ORDERS.delivered)}: ${what}`;
const payment = (
  w: SmallWorld,
  fields: Partial<StoredPayment>,
  order: number = ORDERS.delivered,
): Change =>
  changed(w.tables.payment.payments.rows, w.orderId(order), (row) => ({ ...row, ...fields }));

/** What is left of the facts when all that say this are lost. */
const untold = (w: SmallWorld, type: string): Change => {
  const logs = w.shop.broker.partitions('payment.events').map(({ log }) => log);
  return () => {
    const before = logs.map((log) => [...log]);
    for (const log of logs) {
      log.splice(
        0,
        Infinity,
        ...log.filter(({ headers }) => String(headers?.['ce_type']) !== type),
      );
    }
    return () => {
      for (const [index, log] of logs.entries()) log.splice(0, Infinity, ...(before[index] ?? []));
    };
  };
};

describe('a payment', () => {
  itTells({
    'with another fee than its merchant pays': (w) => [
      says(w, 'a fee of 1 for 200, not 10'),
      payment(w, { fee: 1 }),
    ],
    'whose fee came back although it was kept': (w) => [
      says(w, 'captured, 10 of it back'),
      payment(w, { feeReturned: 10 }),
    ],
    'that is refunded, and whose fee was kept': (w) => [
      `payment of ${w.orderId(ORDERS.undeliverable)}: refunded, 0 of it back`,
      payment(w, { feeReturned: 0 }, ORDERS.undeliverable),
    ],
    'that nobody was told of': (w) => [
      says(w, 'told 0 times as taken'),
      untold(w, eventType(paymentCompleted.name)),
    ],
    'that others were told of although nothing was taken': (w) => [
      says(w, 'told 1 times as taken'),
      payment(w, { captured: 0 }),
    ],
    'of which something was given back and not told': (w) => [
      says(w, '0 told as given back, of 5'),
      payment(w, { refunded: 5 }),
    ],
    'whose fee was told otherwise': (w) => [
      says(w, 'a fee of 10 told, of 1'),
      payment(w, { fee: 1 }),
    ],
    'whose fee came back, which was not told': (w) => [
      says(w, '0 of the fee told as returned'),
      payment(w, { feeReturned: 10 }),
    ],
  });
});
