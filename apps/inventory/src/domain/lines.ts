/** Pieces of products, as orders name them and as warehouses give them. */

export interface Line {
  readonly productId: string;
  readonly quantity: number;
}

/** What one warehouse gives of a line. */
export interface Allocation extends Line {
  readonly warehouseId: string;
}

export const pieces = (lines: readonly Line[]): number =>
  lines.reduce((sum, { quantity }) => sum + quantity, 0);

/** One line a product, in the order of their first mention. */
export function mergeLines(lines: readonly Line[]): Line[] {
  const quantities = quantitiesOf(lines);
  return [...quantities].map(([productId, quantity]) => ({ productId, quantity }));
}

/** Whether both name the same products as often, in whatever order and from whatever warehouse. */
export function sameLines(some: readonly Line[], others: readonly Line[]): boolean {
  const [a, b] = [quantitiesOf(some), quantitiesOf(others)];
  return a.size === b.size && [...a].every(([id, quantity]) => b.get(id) === quantity);
}

function quantitiesOf(lines: readonly Line[]): Map<string, number> {
  const quantities = new Map<string, number>();
  for (const { productId, quantity } of lines) {
    quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  }
  return quantities;
}
