import type { Warehouse } from './warehouse.js';

/** One product in one warehouse. All quantities are whole pieces. */
export interface Stock {
  readonly productId: string;
  readonly warehouseId: string;
  readonly onHand: number;
  /** Of these, promised to orders; never more than `onHand`. */
  readonly reserved: number;
  /** Grows by one with each change. */
  readonly revision: number;
}

/** As it lies in its warehouse, with all that decides about it. */
export interface ShelfRow extends Stock, Pick<Warehouse, 'priority' | 'isActive'> {
  /** Of the product in all warehouses together: with less than so many available it is low. */
  readonly threshold: number | null;
}

export const MAX_ON_HAND = 1_000_000_000;

/** What this warehouse can still promise: nothing where it is not active. */
export const free = ({ isActive, onHand, reserved }: ShelfRow): number =>
  isActive ? onHand - reserved : 0;

/** Of all rows of a product. Nothing is known of one that was never set: it has none. */
export const available = (rows: readonly ShelfRow[]): number =>
  rows.reduce((sum, row) => sum + free(row), 0);

export const isLow = (rows: readonly ShelfRow[]): boolean => {
  const threshold = rows[0]?.threshold ?? null;
  return threshold !== null && available(rows) < threshold;
};

/** The order in which warehouses are asked. */
export const byPriority = (a: ShelfRow, b: ShelfRow): number =>
  a.priority - b.priority ||
  (a.warehouseId < b.warehouseId ? -1 : Number(a.warehouseId > b.warehouseId));

/** @throws RangeError when more would be promised than is there, or less than nothing */
export function changed<Row extends Stock>(
  stock: Row,
  more: { readonly onHand: number; readonly reserved: number },
): Row {
  const onHand = stock.onHand + more.onHand;
  const reserved = stock.reserved + more.reserved;
  if (reserved < 0 || reserved > onHand) {
    const { productId, warehouseId } = stock;
    throw new RangeError(
      `${productId} in ${warehouseId}: ${reserved} of ${onHand} pieces cannot be reserved`,
    );
  }
  return { ...stock, onHand, reserved, revision: stock.revision + 1 };
}
