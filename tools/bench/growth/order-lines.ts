import type { BenchOrderLine } from '../own/contracts.js';

/** Different products, ids as long as those of a shop. */
export const orderLines = (count: number): BenchOrderLine[] =>
  Array.from({ length: count }, (_, index) => ({
    productId: `${10_000 + index}A`,
    quantity: 1 + (index % 12),
    unitPrice: 100 + index,
  }));
