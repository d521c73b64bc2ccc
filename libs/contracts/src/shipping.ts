/** The shipping service: goods out, from the label to the customer's door, and goods back. */
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

/**
 * A parcel with a label, which nobody has fetched yet. Refused when the carrier will not take it to
 * this address.
 */
export const bookShipment = defineCommand({
  name: 'shipping.book-shipment',
  version: 1,
  participant: 'shipping',
  topic: 'shipping.commands',
  payload: shipOrder.payload,
  replies: {
    'shipping.shipment-booked': success(
      z.object({ shipmentId: z.string(), trackingNumber: z.string() }),
    ),
    'shipping.shipment-refused': refusal(z.object({ code: z.string() })),
  },
});

/** Undoes booking: the label is void. It cannot refuse: what was handed over is not cancelled. */
export const cancelShipment = defineCommand({
  name: 'shipping.cancel-shipment',
  version: 1,
  participant: 'shipping',
  topic: 'shipping.commands',
  payload: z.object({ orderId, reason }),
  replies: { 'shipping.shipment-cancelled': success(z.object({})) },
});

/**
 * Has the booked parcel fetched. Pending until it is in the carrier's hands; refused when the carrier
 * will not come, or when it was recalled before.
 */
export const handOver = defineCommand({
  name: 'shipping.hand-over',
  version: 1,
  participant: 'shipping',
  topic: 'shipping.commands',
  payload: z.object({ orderId }),
  replies: {
    'shipping.handed-over': success(
      z.object({ trackingNumber: z.string(), handedOverAt: z.string() }),
    ),
    'shipping.pickup-refused': refusal(z.object({ code: z.string() })),
    'shipping.pickup-recalled': refusal(z.object({})),
  },
});

/**
 * Keeps a parcel from being handed over, if that can still be done. What became of it is told by the
 * answer to `shipping.hand-over`, and by that alone.
 */
export const recallPickup = defineCommand({
  name: 'shipping.recall-pickup',
  version: 1,
  participant: 'shipping',
  topic: 'shipping.commands',
  payload: z.object({ orderId, reason }),
  replies: { 'shipping.recall-noted': success(z.object({})) },
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

/** Booked: it has a label and a number. */
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

const parcelFact = shipmentFact.extend({ shipmentId: z.string(), trackingNumber: z.string() });

/** The label is void; nothing was handed over. */
export const shipmentCancelled = defineEvent({
  name: 'shipment.cancelled',
  version: 1,
  topic: 'shipment.events',
  data: shipmentFact.extend({ reason }),
});
/** It is in the carrier's hands: there is no way back but a return. */
export const shipmentHandedOver = defineEvent({
  name: 'shipment.handed-over',
  version: 1,
  topic: 'shipment.events',
  data: parcelFact,
});
export const shipmentDelivered = defineEvent({
  name: 'shipment.delivered',
  version: 1,
  topic: 'shipment.events',
  data: parcelFact,
});
/** The carrier has given it up. */
export const shipmentLost = defineEvent({
  name: 'shipment.lost',
  version: 1,
  topic: 'shipment.events',
  data: parcelFact,
});
