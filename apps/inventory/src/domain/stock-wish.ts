/** What people do to the stock: goods arrive, are counted, get lost. Pure. */
import type { StockFact, StockFold } from './stock-fold.js';
import { MAX_ON_HAND, type Stock } from './stock.js';
import type { Warehouse } from './warehouse.js';

export const ADJUSTMENT_REASONS = ['counted', 'damaged', 'lost', 'found', 'correction'] as const;
export type AdjustmentReason = (typeof ADJUSTMENT_REASONS)[number];

/** Who says so, and what they say about it. */
export interface Remarks {
  readonly note?: string | undefined;
  readonly actor?: string | undefined;
}

interface Pair {
  readonly productId: string;
  readonly warehouseId: string;
}

/** New goods, with their delivery note. They make a product known. */
export interface Receipt extends Pair, Remarks {
  readonly kind: 'received';
  readonly quantity: number;
  readonly reference: string;
}

export interface AdjustmentWish extends Pair, Remarks {
  readonly kind: 'adjusted';
  readonly difference: number;
  readonly reason: AdjustmentReason;
}

/** Somebody has counted one warehouse's shelf. It makes a product known. */
export interface CountWish extends Pair, Remarks {
  readonly kind: 'counted';
  readonly onHand: number;
}

export type StockWish = Receipt | AdjustmentWish | CountWish;

export type StockRefusal =
  | { readonly kind: 'unknown-product' }
  | { readonly kind: 'unknown-warehouse' }
  /** More is promised than would be there. */
  | { readonly kind: 'below-reserved'; readonly stock: Stock }
  /** More than one shelf may hold. */
  | { readonly kind: 'beyond-limit'; readonly stock: Stock };

export type Granted =
  | {
      readonly kind: 'changed';
      readonly difference: number;
      readonly stock: Stock;
      readonly facts: readonly StockFact[];
    }
  /** It was counted, and is what was known. */
  | { readonly kind: 'unchanged' };

/** @param warehouses those of the wishes whose stock is not known yet */
export function grant(
  fold: StockFold,
  wish: StockWish,
  warehouses: ReadonlyMap<string, Warehouse>,
): Granted | StockRefusal {
  const { productId, warehouseId } = wish;
  const rows = fold.rowsOf(productId);
  if (wish.kind === 'adjusted' && rows.length === 0) return { kind: 'unknown-product' };
  const known = rows.find((row) => row.warehouseId === warehouseId);
  const warehouse = known ?? warehouses.get(warehouseId);
  if (!warehouse) return { kind: 'unknown-warehouse' };
  const { priority, isActive } = warehouse;
  const threshold = rows[0]?.threshold ?? null;
  const first = { productId, warehouseId, onHand: 0, reserved: 0, revision: 0 };
  const stock = known ?? { ...first, priority, isActive, threshold };
  const difference = differenceOf(wish, stock);
  if (known && difference === 0) return { kind: 'unchanged' };
  const onHand = stock.onHand + difference;
  if (onHand < stock.reserved) return { kind: 'below-reserved', stock };
  if (onHand > MAX_ON_HAND) return { kind: 'beyond-limit', stock };
  if (!known) fold.open(stock);
  const kind = wish.kind === 'received' ? 'received' : 'adjusted';
  const facts = fold.apply([{ kind, productId, warehouseId, quantity: difference }]);
  return { kind: 'changed', difference, stock: (facts[0] as StockFact).stock, facts };
}

function differenceOf(wish: StockWish, { onHand }: Stock): number {
  if (wish.kind === 'received') return wish.quantity;
  return wish.kind === 'adjusted' ? wish.difference : wish.onHand - onHand;
}
