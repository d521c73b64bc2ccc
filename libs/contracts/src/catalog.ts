/** The catalog: products and what they cost. Facts hold all of a product, so the latest is enough. */
import { z } from 'zod';
import { defineEvent } from './contract.js';
import { currency, minorUnits, productId } from './values.js';

/** What is withdrawn is not sold any more. */
export const productStatus = z.enum(['active', 'withdrawn']);
export type ProductStatus = z.infer<typeof productStatus>;

const productFact = z.object({
  productId,
  /** Grows by one with each change of the product. */
  revision: z.int().min(1),
  name: z.string().min(1).max(200),
  status: productStatus,
  /** Of one piece. */
  unitPrice: minorUnits,
  currency,
  occurredAt: z.string(),
});
export type ProductFact = z.infer<typeof productFact>;

export const productCreated = defineEvent({
  name: 'product.created',
  version: 1,
  topic: 'product.events',
  data: productFact,
});
export const productUpdated = defineEvent({
  name: 'product.updated',
  version: 1,
  topic: 'product.events',
  data: productFact,
});
