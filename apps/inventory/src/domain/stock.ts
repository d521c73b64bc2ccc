/** One product on the shelf. All quantities are whole pieces. */
export interface Stock {
  readonly productId: string;
  readonly onHand: number;
  /** Of these, promised to orders; never more than `onHand`. */
  readonly reserved: number;
  /** Grows by one with each change. */
  readonly revision: number;
}

export const MAX_ON_HAND = 1_000_000_000;

/** Nothing is known of a product that was never set: none of it is available. */
export const available = (stock: Stock | undefined): number =>
  stock ? stock.onHand - stock.reserved : 0;

/** @param pieces more (positive) or fewer (negative) of them reserved */
export function moveReserved(stock: Stock, pieces: number): Stock {
  const reserved = stock.reserved + pieces;
  if (reserved < 0 || reserved > stock.onHand) {
    throw new RangeError(
      `${stock.productId}: ${reserved} of ${stock.onHand} pieces cannot be reserved`,
    );
  }
  return { ...stock, reserved, revision: stock.revision + 1 };
}

export type Adjustment =
  | { readonly kind: 'set'; readonly stock: Stock; readonly difference: number }
  | { readonly kind: 'unchanged'; readonly stock: Stock }
  /** More is promised than would be there. */
  | { readonly kind: 'below-reserved'; readonly stock: Stock };

/** Somebody counted the shelf. */
export function adjust(
  stock: Stock | undefined,
  { productId, onHand }: Pick<Stock, 'productId' | 'onHand'>,
): Adjustment {
  if (!stock) {
    const first = { productId, onHand, reserved: 0, revision: 1 };
    return { kind: 'set', stock: first, difference: onHand };
  }
  if (onHand === stock.onHand) return { kind: 'unchanged', stock };
  if (onHand < stock.reserved) return { kind: 'below-reserved', stock };
  const changed = { ...stock, onHand, revision: stock.revision + 1 };
  return { kind: 'set', stock: changed, difference: onHand - stock.onHand };
}
