/** What the carrier's API takes. */
import { z } from 'zod';

const text = (max: number) => z.string().min(1).max(max);

export const rateRequest = z.object({
  address: z.object({
    prefecture: text(100),
    city: text(100),
    line1: text(200),
    postalCode: text(16),
    country: z.string().length(2).optional(),
  }),
  items: z
    .array(z.object({ productId: text(64), quantity: z.int().min(1) }))
    .min(1)
    .max(500),
});

export const shipmentRequest = rateRequest.extend({
  /** The shop's own number for it; one shipment, or one return, a reference. */
  reference: text(200),
  service: z.enum(['standard', 'express']).optional(),
});

export const trackingQuery = z.object({
  /** The number of the last event that was read; 0 for all. */
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const referenceQuery = z.object({ reference: text(200) });
export const idParameter = z.object({ id: z.string() });
export const idempotencyKey = z.string().min(1).max(255).optional();
