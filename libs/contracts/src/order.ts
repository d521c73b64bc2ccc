/** The order service: the input of its saga, the commands it obeys and the facts it publishes. */
import { z } from 'zod';
import { defineCommand, defineEvent, refusal, success } from './contract.js';
import {
  currency,
  email,
  locale,
  minorUnits,
  orderId,
  orderItem,
  paymentMethod,
  phone,
  reason,
  returnId,
  shippingAddress,
  warehouseId,
} from './values.js';

/**
 * Input of the saga `place-order`. `sealedToken`: the card token, readable by payment alone; what is
 * paid by transfer or in a shop has none.
 */
export const placeOrderInput = z.object({
  orderId,
  customerId: z.string().min(1).max(64),
  merchantId: z.string().min(1).max(64),
  channel: z.string().min(1).max(32),
  currency,
  items: z.array(orderItem).min(1).max(500),
  totalAmount: minorUnits,
  shippingAddress,
  email,
  phone: phone.optional(),
  /** Which language the customer is written to in. */
  locale: locale.optional(),
  /** Where the goods are taken from, if they are all there. */
  preferredWarehouse: warehouseId.optional(),
  payment: z.object({
    method: paymentMethod,
    sealedToken: z.string().max(2000).optional(),
    /** How long a customer whose card is declined may give another one, each time anew. */
    anotherCardMs: z.int().min(0).max(86_400_000).optional(),
  }),
});
export type PlaceOrderInput = z.infer<typeof placeOrderInput>;

/** What mends a declined payment of `place-order`. */
export const anotherCard = z.object({ sealedToken: z.string().min(1).max(2000) });

const topic = 'order.commands';

export const confirmOrder = defineCommand({
  name: 'order.confirm-order',
  version: 1,
  participant: 'order',
  topic,
  payload: z.object({ orderId, trackingNumber: z.string().optional() }),
  replies: { 'order.order-confirmed': success(z.object({})) },
});

/** Undoes the order itself; it cannot refuse, and succeeds again when repeated. */
export const cancelOrder = defineCommand({
  name: 'order.cancel-order',
  version: 1,
  participant: 'order',
  topic,
  payload: z.object({ orderId, reason }),
  replies: { 'order.order-cancelled': success(z.object({})) },
});

/**
 * Input of the saga `return-order`: goods of a confirmed order on their way back. `unitPrice` is what
 * was paid for a piece, `refundAmount` the sum over the lines.
 */
export const returnOrderInput = z.object({
  returnId,
  orderId,
  merchantId: z.string().min(1).max(64),
  currency,
  items: z.array(orderItem).min(1).max(500),
  refundAmount: minorUnits,
  /** Where the goods are fetched. */
  shippingAddress,
  email,
});
export type ReturnOrderInput = z.infer<typeof returnOrderInput>;

/**
 * Input of the saga `refund-lost-parcel`: what the carrier has lost is given back, and never comes to
 * the shelf. The lines are those that no return was to bring back.
 */
export const refundLostParcelInput = z.object({
  returnId,
  orderId,
  merchantId: z.string().min(1).max(64),
  currency,
  items: z.array(orderItem).min(1).max(500),
  refundAmount: minorUnits.min(1),
  email,
  phone: phone.optional(),
  locale: locale.optional(),
});
export type RefundLostParcelInput = z.infer<typeof refundLostParcelInput>;

export const approveReturn = defineCommand({
  name: 'order.approve-return',
  version: 1,
  participant: 'order',
  topic,
  payload: z.object({ orderId, returnId }),
  replies: {
    'order.return-approved': success(z.object({})),
    'order.return-refused': refusal(z.object({ code: z.string() })),
  },
});

/** Undoes the request and its approval alike: what was to come back may be asked for again. */
export const rejectReturn = defineCommand({
  name: 'order.reject-return',
  version: 1,
  participant: 'order',
  topic,
  payload: z.object({ orderId, returnId, reason }),
  replies: { 'order.return-rejected': success(z.object({})) },
});

/** Notes that the goods have arrived; the money and the shelf follow. */
export const recordReceipt = defineCommand({
  name: 'order.record-receipt',
  version: 1,
  participant: 'order',
  topic,
  payload: z.object({ orderId, returnId }),
  replies: { 'order.receipt-recorded': success(z.object({})) },
});

export const completeReturn = defineCommand({
  name: 'order.complete-return',
  version: 1,
  participant: 'order',
  topic,
  payload: z.object({ orderId, returnId }),
  replies: { 'order.return-completed': success(z.object({})) },
});

export const returnStatus = z.enum(['requested', 'approved', 'received', 'completed', 'rejected']);
export type ReturnStatus = z.infer<typeof returnStatus>;

/**
 * - `confirmed`: paid, and a parcel is booked.  - `shipped`: it is in the carrier's hands.
 * - `completed`: it has arrived.  - `returned`: all of it has come back, and was refunded.
 */
export const orderStatus = z.enum([
  'pending',
  'confirmed',
  'shipped',
  'completed',
  'cancelled',
  'returned',
]);
export type OrderStatus = z.infer<typeof orderStatus>;

const orderFact = z.object({
  orderId,
  /** Grows by one with each change of the order. */
  revision: z.int().min(1),
  status: orderStatus,
  customerId: z.string(),
  merchantId: z.string(),
  channel: z.string(),
  currency,
  totalAmount: minorUnits,
  occurredAt: z.string(),
});

export const orderCreated = defineEvent({
  name: 'order.created',
  version: 1,
  topic: 'order.events',
  data: orderFact.extend({
    items: z.array(orderItem),
    shippingAddress,
    /** Where the customer is told what becomes of the order. */
    contact: z.object({ email, phone: phone.optional(), locale: locale.optional() }).optional(),
  }),
});
export const orderConfirmed = defineEvent({
  name: 'order.confirmed',
  version: 1,
  topic: 'order.events',
  data: orderFact,
});
export const orderShipped = defineEvent({
  name: 'order.shipped',
  version: 1,
  topic: 'order.events',
  data: orderFact.extend({ trackingNumber: z.string().optional() }),
});
export const orderCompleted = defineEvent({
  name: 'order.completed',
  version: 1,
  topic: 'order.events',
  data: orderFact,
});
export const orderReturned = defineEvent({
  name: 'order.returned',
  version: 1,
  topic: 'order.events',
  data: orderFact,
});
export const orderCancelled = defineEvent({
  name: 'order.cancelled',
  version: 1,
  topic: 'order.events',
  data: orderFact.extend({ reason }),
});
