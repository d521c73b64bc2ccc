/** The inventory service: all lines of an order are reserved, or none. */
import { z } from 'zod';
import { defineCommand, defineEvent, refusal, success } from './contract.js';
import { orderId, productId, returnId, stockLine, warehouseId } from './values.js';

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
    /** Where the pieces are taken from if it has them all; others give what it lacks. */
    preferredWarehouse: warehouseId.optional(),
  }),
  replies: {
    'inventory.stock-reserved': success(
      z.object({
        expiresAt: z.string(),
        /** Which warehouse gives what; absent in answers of before there were several. */
        allocations: z
          .array(z.object({ productId, warehouseId, quantity: z.int().min(1) }))
          .optional(),
      }),
    ),
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

/**
 * Facts about one product in one warehouse, keyed by the product; `revision` counts the changes of
 * this pair. `orderId` is absent when a person changed the stock.
 */
const stockFact = z.object({
  productId,
  /** `main` when absent: of before there were several. */
  warehouseId: warehouseId.optional(),
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
/** Goods of an order have left the shelf for good: they are neither reserved nor there any more. */
export const stockIssued = defineEvent({
  name: 'inventory.issued',
  version: 1,
  topic: 'inventory.events',
  data: stockFact,
});
/** New goods have arrived. */
export const stockReceived = defineEvent({
  name: 'inventory.received',
  version: 1,
  topic: 'inventory.events',
  data: stockFact,
});
/** What is available has fallen below the product's `threshold`; said again only after it has recovered. */
export const stockLow = defineEvent({
  name: 'inventory.low',
  version: 1,
  topic: 'inventory.events',
  data: stockFact.extend({ threshold: z.int().min(1) }),
});
/** Somebody has counted the shelf, or corrected it; `quantity` is the difference. */
export const stockAdjusted = defineEvent({
  name: 'inventory.adjusted',
  version: 1,
  topic: 'inventory.events',
  data: stockFact,
});
