/** The inventory service: all lines of an order are reserved, or none. */
import { z } from 'zod';
import { defineCommand, defineEvent, refusal, success } from './contract.js';
import { orderId, productId, returnId, stockLine } from './values.js';

const topic = 'inventory.commands';

export const reserveStock = defineCommand({
  name: 'inventory.reserve-stock',
  version: 1,
  participant: 'inventory',
  topic,
  payload: z.object({
    orderId,
    items: z.array(stockLine).min(1).max(500),
    /** How long it is held until it is secured; a setting of the service when absent. */
    holdMs: z.int().min(1_000).max(2_678_400_000).optional(),
  }),
  replies: {
    'inventory.stock-reserved': success(z.object({ expiresAt: z.string() })),
    'inventory.stock-insufficient': refusal(
      z.object({
        shortages: z.array(z.object({ productId, requested: z.int(), available: z.int() })),
      }),
    ),
  },
});

/** Ends the reservation's expiry, so that goods cannot be given away while they are being shipped. */
export const secureStock = defineCommand({
  name: 'inventory.secure-stock',
  version: 1,
  participant: 'inventory',
  topic,
  payload: z.object({ orderId }),
  replies: {
    'inventory.stock-secured': success(z.object({})),
    'inventory.reservation-expired': refusal(z.object({})),
  },
});

/** Compensates reserving and securing alike. */
export const releaseStock = defineCommand({
  name: 'inventory.release-stock',
  version: 1,
  participant: 'inventory',
  topic,
  payload: z.object({ orderId }),
  replies: { 'inventory.stock-released': success(z.object({})) },
});

/** Goods of an order are back on the shelf, once a return: its reservation holds so many less. */
export const restockGoods = defineCommand({
  name: 'inventory.restock-goods',
  version: 1,
  participant: 'inventory',
  topic,
  payload: z.object({ orderId, returnId, items: z.array(stockLine).min(1).max(500) }),
  replies: { 'inventory.goods-restocked': success(z.object({})) },
});

/** Facts about one product, keyed by it. `orderId` is absent when stock was set by a person. */
const stockFact = z.object({
  productId,
  revision: z.int().min(1),
  orderId: orderId.optional(),
  quantity: z.int(),
  onHand: z.int(),
  reserved: z.int(),
  occurredAt: z.string(),
});

export const stockReserved = defineEvent({
  name: 'inventory.reserved',
  version: 1,
  topic: 'inventory.events',
  data: stockFact,
});
export const stockInsufficient = defineEvent({
  name: 'inventory.insufficient',
  version: 1,
  topic: 'inventory.events',
  data: stockFact,
});
export const stockReleased = defineEvent({
  name: 'inventory.released',
  version: 1,
  topic: 'inventory.events',
  data: stockFact,
});
export const stockAdjusted = defineEvent({
  name: 'inventory.adjusted',
  version: 1,
  topic: 'inventory.events',
  data: stockFact,
});
