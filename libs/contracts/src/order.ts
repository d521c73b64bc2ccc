/** The order service: the input of its saga, the commands it obeys and the facts it publishes. */
import { z } from 'zod';
import { defineCommand, defineEvent, success } from './contract.js';
import {
  currency,
  minorUnits,
  orderId,
  orderItem,
  paymentMethod,
  reason,
  shippingAddress,
} from './values.js';

/** Input of the saga `place-order`. `sealedToken`: the card token, readable by payment alone. */
export const placeOrderInput = z.object({
  orderId,
  customerId: z.string().min(1).max(64),
  merchantId: z.string().min(1).max(64),
  channel: z.string().min(1).max(32),
  currency,
  items: z.array(orderItem).min(1).max(500),
  totalAmount: minorUnits,
  shippingAddress,
  email: z.string().min(3).max(320),
  payment: z.object({ method: paymentMethod, sealedToken: z.string().max(2000) }),
});
export type PlaceOrderInput = z.infer<typeof placeOrderInput>;

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

export const orderStatus = z.enum(['pending', 'confirmed', 'cancelled']);
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
  data: orderFact.extend({ items: z.array(orderItem), shippingAddress }),
});
export const orderConfirmed = defineEvent({
  name: 'order.confirmed',
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
