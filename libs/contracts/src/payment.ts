/** The payment service: one payment an order, charged once, refunded at most what was captured. */
import { z } from 'zod';
import { defineCommand, defineEvent, refusal, success } from './contract.js';
import { currency, email, minorUnits, orderId, paymentMethod, reason, returnId } from './values.js';

const topic = 'payment.commands';

export const chargePayment = defineCommand({
  name: 'payment.charge-payment',
  version: 1,
  participant: 'payment',
  topic,
  payload: z.object({
    orderId,
    customerId: z.string(),
    merchantId: z.string(),
    channel: z.string(),
    amount: minorUnits,
    currency,
    method: paymentMethod,
    /** The card token, encrypted for the payment service; without a card there is none. */
    sealedToken: z.string().max(2000).optional(),
    /** Whom the provider sends its instructions to. */
    email: email.optional(),
  }),
  replies: {
    'payment.payment-captured': success(z.object({ intentId: z.string(), amount: minorUnits })),
    'payment.payment-declined': refusal(z.object({ declineCode: z.string() })),
    /** Nobody paid in time: no money can arrive any more. */
    'payment.payment-expired': refusal(z.object({})),
  },
});

/** How to pay what is not paid by card. */
export const paymentInstructions = z.object({
  /** What is quoted with the payment: a transfer's reference, or the number to name in the shop. */
  reference: z.string().min(1).max(200),
  /** A page that shows all of it. */
  url: z.string().max(2000).optional(),
  /** ISO 8601; money that comes later is not taken. */
  payBy: z.string(),
});
export type PaymentInstructions = z.infer<typeof paymentInstructions>;

/** Cancels the payment intent where nothing was captured, else refunds what was. */
export const refundPayment = defineCommand({
  name: 'payment.refund-payment',
  version: 1,
  participant: 'payment',
  topic,
  payload: z.object({ orderId, reason }),
  replies: { 'payment.payment-refunded': success(z.object({ refunded: minorUnits })) },
});

/** Gives back what was paid for returned goods, once a return, out of what was captured. */
export const refundGoods = defineCommand({
  name: 'payment.refund-goods',
  version: 1,
  participant: 'payment',
  topic,
  payload: z.object({ orderId, returnId, amount: minorUnits.min(1), currency }),
  replies: { 'payment.goods-refunded': success(z.object({ refunded: minorUnits })) },
});

const paymentFact = z.object({
  orderId,
  revision: z.int().min(1),
  merchantId: z.string(),
  customerId: z.string(),
  channel: z.string(),
  method: paymentMethod,
  currency,
  amount: minorUnits,
  occurredAt: z.string(),
});

/** Somebody is to pay: the first that is heard of a payment. */
export const paymentRequested = defineEvent({
  name: 'payment.requested',
  version: 1,
  topic: 'payment.events',
  data: paymentFact,
});
/** The customer can pay now, and has some days for it. */
export const paymentInstructed = defineEvent({
  name: 'payment.instructed',
  version: 1,
  topic: 'payment.events',
  data: paymentFact.extend({ instructions: paymentInstructions }),
});
/**
 * Taken. `fee`: what the merchant pays for it, by the rate that counted then (`feeRateId`; without one
 * there is no fee). Both absent in those of before.
 */
export const paymentCompleted = defineEvent({
  name: 'payment.completed',
  version: 1,
  topic: 'payment.events',
  data: paymentFact.extend({
    fee: minorUnits.optional(),
    feeRateId: z.string().min(1).max(64).optional(),
  }),
});
export const paymentFailed = defineEvent({
  name: 'payment.failed',
  version: 1,
  topic: 'payment.events',
  data: paymentFact.extend({
    reason,
    /**
     * - `declined`: whoever pays may be asked for another card.  - `expired`: nobody paid in time.
     * - `canceled`: it was called off.  - `failed`: the provider will not do it, for a fault of ours.
     * Absent in those of before.
     */
    outcome: z.enum(['declined', 'expired', 'canceled', 'failed']).optional(),
  }),
});

/** Whether it was a card that was declined, which another card may follow. */
export function isDeclinedCard(fact: z.output<typeof paymentFailed.data>): boolean {
  const { method, outcome, reason: why } = fact;
  const isDeclined = outcome ? outcome === 'declined' : !['canceled', 'expired'].includes(why.code);
  return method === 'credit_card' && isDeclined;
}
export const refundCompleted = defineEvent({
  name: 'refund.completed',
  version: 1,
  topic: 'payment.events',
  /**
   * `refunded`: all that was ever given back of this payment; `given`: what was given back this time.
   * `feeReturned`: the merchant's fee, which is given back when the order itself was undone. The last
   * two are absent in those of before.
   */
  data: paymentFact.extend({
    refunded: minorUnits,
    given: minorUnits.optional(),
    feeReturned: minorUnits.optional(),
  }),
});
/** The provider will not give money back: a person has to look after it. */
export const refundFailed = defineEvent({
  name: 'refund.failed',
  version: 1,
  topic: 'payment.events',
  data: paymentFact.extend({ reason }),
});

const chargebackFact = paymentFact.extend({
  chargebackId: z.string().min(1).max(200),
  /** What is in dispute, not the payment's amount. */
  disputed: minorUnits.min(1),
});

/** The customer's bank has taken the money back; the merchant may object. */
export const chargebackOpened = defineEvent({
  name: 'chargeback.opened',
  version: 1,
  topic: 'payment.events',
  data: chargebackFact.extend({ reason }),
});
/** The merchant was right: the money is there again. */
export const chargebackWon = defineEvent({
  name: 'chargeback.won',
  version: 1,
  topic: 'payment.events',
  data: chargebackFact,
});
/** The money is gone for good; nothing moves that did not move when it was opened. */
export const chargebackLost = defineEvent({
  name: 'chargeback.lost',
  version: 1,
  topic: 'payment.events',
  data: chargebackFact,
});
