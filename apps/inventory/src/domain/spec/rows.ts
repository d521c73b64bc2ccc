import type { ShelfRow } from '../stock.js';

/** A row of `main` with ten pieces, as far as nothing else is said. */
export const row = (change: Partial<ShelfRow> = {}): ShelfRow => ({
  productId: 'A',
  warehouseId: 'main',
  onHand: 10,
  reserved: 0,
  revision: 1,
  priority: 100,
  isActive: true,
  threshold: null,
  ...change,
});
