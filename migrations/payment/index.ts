import { PaymentInitial1763726400301 } from './0001-initial.js';
import { PaymentGoodsRefunds1764072000302 } from './0002-goods-refunds.js';
import { PaymentSlowPayments1764133200303 } from './0003-slow-payments.js';
import { PaymentReconciliation1764144000304 } from './0004-reconciliation.js';
import { PaymentFeesAndChargebacks1764205200305 } from './0005-fees-and-chargebacks.js';

export const migrations = [
  PaymentInitial1763726400301,
  PaymentGoodsRefunds1764072000302,
  PaymentSlowPayments1764133200303,
  PaymentReconciliation1764144000304,
  PaymentFeesAndChargebacks1764205200305,
];
