/**
 * The stock that one transaction has locked, in memory: what several orders do to the same product is
 * folded here, so that each row is written once a batch.
 */
import type { Allocation } from './lines.js';
import { available, byPriority, changed, isLow, type ShelfRow, type Stock } from './stock.js';

/** Per piece. */
const EFFECTS = {
  reserved: { onHand: 0, reserved: 1 },
  released: { onHand: 0, reserved: -1 },
  issued: { onHand: -1, reserved: -1 },
  /** New goods, or goods of an order that had left. */
  received: { onHand: 1, reserved: 0 },
  /** By a person; the only one that may be of fewer than no pieces. */
  adjusted: { onHand: 1, reserved: 0 },
} as const;

export interface Move extends Allocation {
  readonly kind: keyof typeof EFFECTS;
}

/** What happened to one product in one warehouse, with the row as it was right after it. */
export interface StockFact {
  readonly kind: Move['kind'] | 'insufficient' | 'low';
  /** Absent when a person did it. */
  readonly orderId?: string;
  /** Of `low`: what is available in all warehouses. */
  readonly quantity: number;
  readonly stock: Stock;
  /** Of `low` alone. */
  readonly threshold?: number;
}

export interface StockChange {
  /** Revision of the row that was read; 0 where there was none. */
  readonly before: number;
  readonly after: ShelfRow;
}

const keyOf = ({ productId, warehouseId }: Pick<Stock, 'productId' | 'warehouseId'>): string =>
  `${productId}/${warehouseId}`;

export class StockFold {
  /** By priority. */
  private readonly products: Map<string, ShelfRow[]>;
  /** Rows that were changed, with the revisions that were read. */
  private readonly read = new Map<string, number>();

  constructor(rows: readonly ShelfRow[]) {
    this.products = Map.groupBy(rows.toSorted(byPriority), ({ productId }) => productId);
  }

  readonly rowsOf = (productId: string): readonly ShelfRow[] => this.products.get(productId) ?? [];

  /** Of a product of which this warehouse has never had any. */
  open(row: ShelfRow): void {
    const rows = [...this.rowsOf(row.productId), row];
    this.products.set(row.productId, rows.toSorted(byPriority));
  }

  /**
   * Moves that belong together. A product that becomes low by them is said to be, once, however many
   * of its rows they change; one that recovers and becomes low again in the same batch is said to be
   * low twice, as it would be in two.
   *
   * Leaves everything as it was when it throws.
   */
  apply(moves: readonly Move[], orderId?: string): StockFact[] {
    const after = new Map<string, ShelfRow[]>();
    const by = orderId === undefined ? {} : { orderId };
    const facts = moves.map((move): StockFact => {
      const { kind, quantity, productId } = move;
      const rows = after.get(productId) ?? [...this.rowsOf(productId)];
      const stock = moved(rows, move);
      after.set(productId, rows);
      return { kind, ...by, quantity, stock };
    });
    const low = [...after].flatMap(([productId, rows]): StockFact[] => {
      if (isLow(this.rowsOf(productId)) || !isLow(rows)) return [];
      const last = facts.findLast(({ stock }) => stock.productId === productId) as StockFact;
      const threshold = rows[0]?.threshold ?? 0;
      return [{ kind: 'low', ...by, quantity: available(rows), stock: last.stock, threshold }];
    });
    for (const { stock } of facts) {
      const key = keyOf(stock);
      // Facts are in order, so the first one of a row tells what was read.
      if (!this.read.has(key)) this.read.set(key, stock.revision - 1);
    }
    for (const [productId, rows] of after) this.products.set(productId, rows);
    return [...facts, ...low];
  }

  /** To be written, each once. */
  changes(): StockChange[] {
    return [...this.products.values()].flat().flatMap((after) => {
      const before = this.read.get(keyOf(after));
      return before === undefined ? [] : [{ before, after }];
    });
  }
}

/** Replaces the row among those of its product. */
function moved(rows: ShelfRow[], { kind, productId, warehouseId, quantity }: Move): ShelfRow {
  const index = rows.findIndex((row) => row.warehouseId === warehouseId);
  const row = rows[index];
  if (!row) throw new Error(`nothing is known of ${productId} in ${warehouseId}, which is moved`);
  const { onHand, reserved } = EFFECTS[kind];
  const now = changed(row, { onHand: onHand * quantity, reserved: reserved * quantity });
  rows[index] = now;
  return now;
}
