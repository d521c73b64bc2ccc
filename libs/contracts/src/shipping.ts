/** The shipping service: the pivots of `place-order` and `return-order`, goods out and goods back. */
import { z } from 'zod';
import { defineCommand, defineEvent, refusal, success } from './contract.js';
import { orderId, reason, returnId, shippingAddress, stockLine } from './values.js';

export const shipOrder = defineCommand({
  name: 'shipping.ship-order',
  version: 1,
  participant: 'shipping',
  topic: 'shipping.commands',
  payload: z.object({
    orderId,
    merchantId: z.string(),
    items: z.array(stockLine).min(1).max(500),
    shippingAddress,
  }),
  replies: {
    'shipping.shipment-created': success(
      z.object({ shipmentId: z.string(), trackingNumber: z.string() }),
    ),
    'shipping.shipment-refused': refusal(z.object({ code: z.string() })),
  },
});

/** Fetches goods back. Pending for as long as they travel; refused when they will never come. */
export const receiveReturn = defineCommand({
  name: 'shipping.receive-return',
  version: 1,
  participant: 'shipping',
  topic: 'shipping.commands',
  payload: z.object({
    orderId,
    returnId,
    items: z.array(stockLine).min(1).max(500),
    /** Where the goods are. */
    shippingAddress,
  }),
  replies: {
    'shipping.return-received': success(z.object({ trackingNumber: z.string() })),
    'shipping.return-not-received': refusal(z.object({ code: z.string() })),
  },
});

const shipmentFact = z.object({
  orderId,
  revision: z.int().min(1),
  merchantId: z.string(),
  occurredAt: z.string(),
});

export const shipmentCreated = defineEvent({
  name: 'shipment.created',
  version: 1,
  topic: 'shipment.events',
  data: shipmentFact.extend({ shipmentId: z.string(), trackingNumber: z.string() }),
});
export const shipmentRefused = defineEvent({
  name: 'shipment.refused',
  version: 1,
  topic: 'shipment.events',
  data: shipmentFact.extend({ reason }),
});
