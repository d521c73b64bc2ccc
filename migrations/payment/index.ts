import { PaymentInitial1763726400301 } from './0001-initial.js';
import { PaymentGoodsRefunds1764072000302 } from './0002-goods-refunds.js';
import { PaymentSlowPayments1764133200303 } from './0003-slow-payments.js';
import { PaymentReconciliation1764144000304 } from './0004-reconciliation.js';
import { PaymentFeesAndChargebacks1764205200305 } from './0005-fees-and-chargebacks.js';
import { PaymentAnIntentEachCard1764306000306 } from './0006-an-intent-each-card.js';
import { OutboxV21764313200000 } from '../shared/outbox-v2.js';

export const migrations = [
  PaymentInitial1763726400301,
  PaymentGoodsRefunds1764072000302,
  PaymentSlowPayments1764133200303,
  PaymentReconciliation1764144000304,
  PaymentFeesAndChargebacks1764205200305,
  PaymentAnIntentEachCard1764306000306,
  OutboxV21764313200000,
];
