/**
 * What people did to the stock, for good: rows are added and never changed, which the table itself
 * refuses. What sagas did (reserved, released, issued, received back) is not repeated here. Each of it
 * is a fact already, committed in the same transaction, under a revision that the facts and these
 * rows count together, so that none can be missing unnoticed; a second copy of it would double the
 * writes of every order to say the same.
 */
import { RetryableError, type Tx } from '#messaging';
import type { AdjustmentReason, StockWish } from '../domain/stock-wish.js';

export interface Movement {
  /** int8, as text. Later ones of a product have higher ones. */
  readonly movementId: string;
  readonly productId: string;
  readonly warehouseId: string;
  readonly kind: StockWish['kind'];
  readonly difference: number;
  /** Of product and warehouse, right after it. */
  readonly onHand: number;
  readonly revision: number;
  readonly reference: string | null;
  readonly reason: AdjustmentReason | null;
  readonly note: string | null;
  readonly actor: string | null;
  readonly at: Date;
}

export type NewMovement = Omit<Movement, 'movementId'>;

/** By which a repeated request is known, and whether it asks for the same. */
export interface RequestKey {
  readonly key: string;
  readonly hash: string;
}

const COLUMNS = `movement_id as "movementId", product_id as "productId",
  warehouse_id as "warehouseId", kind, difference, on_hand as "onHand", revision, reference, reason,
  note, actor, at`;

/**
 * In their order.
 * @throws RetryableError when somebody else has used the key at this very moment
 */
export async function insertMovements(
  tx: Tx,
  { key, hash }: RequestKey,
  movements: readonly NewMovement[],
): Promise<Movement[]> {
  const column = <Value>(value: (movement: NewMovement) => Value): Value[] => movements.map(value);
  const inserted = await tx.query<Movement>(INSERT, [
    key,
    hash,
    column(({ productId }) => productId),
    column(({ warehouseId }) => warehouseId),
    column(({ kind }) => kind),
    column(({ difference }) => difference),
    column(({ onHand }) => onHand),
    column(({ revision }) => revision),
    column(({ reference }) => reference),
    column(({ reason }) => reason),
    column(({ note }) => note),
    column(({ actor }) => actor),
    column(({ at }) => at.toISOString()),
  ]);
  if (inserted.length !== movements.length) {
    throw new RetryableError('the key of this request was used by another one meanwhile');
  }
  return inserted.toSorted((a, b) => Number(a.movementId) - Number(b.movementId));
}

const INSERT = `
  insert into stock_movement (
    request_key, request_hash, request_item, product_id, warehouse_id, kind, difference, on_hand,
    revision, reference, reason, note, actor, at)
  select $1, $2, item, product_id, warehouse_id, kind, difference, on_hand, revision, reference,
         reason, note, actor, at
    from unnest($3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::int[], $9::text[],
                $10::text[], $11::text[], $12::text[], $13::timestamptz[])
      with ordinality
      as n (product_id, warehouse_id, kind, difference, on_hand, revision, reference, reason, note,
            actor, at, item)
   order by item
  on conflict (request_key, request_item) do nothing
  returning ${COLUMNS}`;

/** What an earlier request under this key did, in its order; empty where there was none. */
export async function findByRequest(
  tx: Tx,
  key: string,
): Promise<(Movement & { readonly hash: string })[]> {
  return tx.query(
    `select ${COLUMNS}, request_hash as hash from stock_movement
      where request_key = $1 order by request_item`,
    [key],
  );
}

export interface MovementQuery {
  readonly productId: string;
  readonly warehouseId?: string | undefined;
  /** Only those before this one. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** Newest first. With and without a warehouse, each text has a plan over the index that fits it. */
export const listMovements = (
  database: Pick<Tx, 'query'>,
  { productId, warehouseId, before, limit }: MovementQuery,
): Promise<Movement[]> => {
  const filter = warehouseId === undefined ? '' : 'and warehouse_id = $4';
  return database.query<Movement>(
    `select ${COLUMNS} from stock_movement
      where product_id = $1 and movement_id < coalesce($2::int8, 9223372036854775807) ${filter}
      order by movement_id desc limit $3`,
    [productId, before ?? null, limit, ...(warehouseId === undefined ? [] : [warehouseId])],
  );
};
