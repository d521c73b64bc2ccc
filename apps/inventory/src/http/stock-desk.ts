import { doneBy, isTransient, type Outbox, type UnitOfWork } from '#messaging';
import { runtime } from '#platform';
import { factEvent } from '../domain/facts.js';
import { StockFold, type StockFact } from '../domain/stock-fold.js';
import { grant, type Granted, type StockRefusal, type StockWish } from '../domain/stock-wish.js';
import type { ShelfRow } from '../domain/stock.js';
import {
  findByRequest,
  insertMovements,
  type Movement,
  type NewMovement,
  type RequestKey,
} from '../persistence/movement-rows.js';
import { lockStock, saveStock } from '../persistence/stock-rows.js';
import { findWarehouses } from '../persistence/warehouse-rows.js';

/** Each further try finds what made the one before fail, so few are ever needed. */
const TRIES = 5;

export interface StockRequest {
  /** The client's Idempotency-Key, if it sent one. */
  readonly requestKey?: RequestKey | undefined;
  /** At least one; all of them are granted, or none. */
  readonly wishes: readonly StockWish[];
}

export type StockAnswer =
  | {
      readonly kind: 'done';
      /** One a wish, in their order, of those that changed something. */
      readonly movements: readonly Movement[];
      /** Of the first product, in all warehouses, as they are now. */
      readonly rows: readonly ShelfRow[];
    }
  /** The key was used before for something else. */
  | { readonly kind: 'key-reused' }
  /** `index` of the wish that cannot be granted; nothing was done. */
  | { readonly kind: 'refused'; readonly index: number; readonly why: StockRefusal };

/** Changes stock by hand: the rows, who did it and what others hear of it, in one transaction. */
export class StockDesk {
  constructor(
    private readonly outbox: Pick<Outbox, 'transaction'>,
    private readonly clock: () => Date = runtime.date,
  ) {}

  /** A commit in doubt is asked for again under the same key, so that nothing is added twice. */
  async change({ requestKey, wishes }: StockRequest): Promise<StockAnswer> {
    const key = requestKey
      ? { ...requestKey, key: `client:${requestKey.key}` }
      : { key: `own:${runtime.uuid()}`, hash: '' };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.outbox.transaction((unit) => this.record(unit, key, wishes));
      } catch (error) {
        if (attempt === TRIES || !isTransient(error)) throw error;
      }
    }
  }

  /** One statement a table, however many wishes there are. */
  private async record(
    unit: UnitOfWork,
    key: RequestKey,
    wishes: readonly StockWish[],
  ): Promise<StockAnswer> {
    const { tx } = unit;
    const productIds = [...new Set(wishes.map(({ productId }) => productId))];
    const fold = new StockFold(await lockStock(tx, productIds));
    const rows = () => fold.rowsOf(productIds[0] ?? '');
    // Not before: who waited for the lock may have waited for the same request.
    const earlier = await findByRequest(tx, key.key);
    if (earlier.length > 0) {
      const isSame = earlier.every(({ hash }) => hash === key.hash);
      return isSame ? { kind: 'done', movements: earlier, rows: rows() } : { kind: 'key-reused' };
    }
    const warehouseIds = [...new Set(wishes.map(({ warehouseId }) => warehouseId))];
    const found = await findWarehouses(tx, warehouseIds);
    const warehouses = new Map(found.map((warehouse) => [warehouse.warehouseId, warehouse]));
    const at = this.clock();
    const movements: NewMovement[] = [];
    const facts: { readonly fact: StockFact; readonly actor: string | undefined }[] = [];
    for (const [index, wish] of wishes.entries()) {
      const granted = grant(fold, wish, warehouses);
      if (granted.kind === 'unchanged') continue;
      if (granted.kind !== 'changed') return { kind: 'refused', index, why: granted };
      movements.push(movementOf(wish, granted, at));
      facts.push(...granted.facts.map((fact) => ({ fact, actor: wish.actor })));
    }
    if (movements.length === 0) return { kind: 'done', movements: [], rows: rows() };
    await saveStock(tx, fold.changes());
    const recorded = await insertMovements(tx, key, movements);
    const time = at.toISOString();
    unit.publish(...facts.map(({ fact, actor }) => doneBy(actor, factEvent(fact, time))));
    return { kind: 'done', movements: recorded, rows: rows() };
  }
}

const movementOf = (
  wish: StockWish,
  { difference, stock }: Extract<Granted, { kind: 'changed' }>,
  at: Date,
): NewMovement => ({
  productId: wish.productId,
  warehouseId: wish.warehouseId,
  kind: wish.kind,
  difference,
  onHand: stock.onHand,
  revision: stock.revision,
  reference: wish.kind === 'received' ? wish.reference : null,
  reason: wish.kind === 'adjusted' ? wish.reason : null,
  note: wish.note ?? null,
  actor: wish.actor ?? null,
  at,
});
