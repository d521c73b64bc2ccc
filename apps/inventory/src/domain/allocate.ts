/** Which warehouses give what an order wants. Pure. */
import type { Allocation, Line } from './lines.js';
import { available, free, type ShelfRow } from './stock.js';

export interface Shortage {
  readonly productId: string;
  readonly requested: number;
  /** In all warehouses together. */
  readonly available: number;
}

export type Allocated =
  | { readonly kind: 'allocated'; readonly allocations: readonly Allocation[] }
  | { readonly kind: 'insufficient'; readonly shortages: readonly Shortage[] };

interface Asked {
  readonly line: Line;
  /** Who has any of it, in the order in which they are asked. */
  readonly givers: readonly ShelfRow[];
}

/**
 * All lines or none. One parcel is better than two, so a warehouse that has everything gives all of
 * it: the preferred one, else the first by priority. Only where none has, each line is taken from the
 * preferred one, then by priority. To search for the fewest warehouses instead (a set cover) would
 * change what an order gets with every piece that others buy.
 *
 * @param lines one a product
 * @param rowsOf all warehouses' rows of a product, by priority
 */
export function allocate(
  lines: readonly Line[],
  rowsOf: (productId: string) => readonly ShelfRow[],
  preferred?: string,
): Allocated {
  const shortages = lines
    .map(({ productId, quantity }) => ({
      productId,
      requested: quantity,
      available: available(rowsOf(productId)),
    }))
    .filter((line) => line.requested > line.available);
  if (shortages.length > 0) return { kind: 'insufficient', shortages };
  const asked = lines.map((line) => ({
    line,
    givers: giversOf(rowsOf(line.productId), preferred),
  }));
  const sole = whoHasAll(asked);
  const allocations = asked.flatMap(({ line, givers }) =>
    sole === undefined ? split(line, givers) : [{ ...line, warehouseId: sole }],
  );
  return { kind: 'allocated', allocations };
}

function giversOf(rows: readonly ShelfRow[], preferred: string | undefined): ShelfRow[] {
  const givers = rows.filter((row) => free(row) > 0);
  const isPreferred = ({ warehouseId }: ShelfRow): boolean => warehouseId === preferred;
  return [
    ...givers.filter((row) => isPreferred(row)),
    ...givers.filter((row) => !isPreferred(row)),
  ];
}

/** Whoever has all has the first line too. */
function whoHasAll(asked: readonly Asked[]): string | undefined {
  const hasAll = ({ warehouseId }: ShelfRow): boolean =>
    asked.every(({ line, givers }) =>
      givers.some((row) => row.warehouseId === warehouseId && free(row) >= line.quantity),
    );
  return asked[0]?.givers.find(hasAll)?.warehouseId;
}

function split({ productId, quantity }: Line, givers: readonly ShelfRow[]): Allocation[] {
  const parts: Allocation[] = [];
  let missing = quantity;
  for (const row of givers) {
    if (missing === 0) break;
    const part = Math.min(missing, free(row));
    parts.push({ productId, quantity: part, warehouseId: row.warehouseId });
    missing -= part;
  }
  return parts;
}
