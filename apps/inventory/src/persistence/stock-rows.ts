import { RetryableError, type Tx } from '#messaging';
import type { StockChange } from '../domain/stock-fold.js';
import type { ShelfRow, Stock } from '../domain/stock.js';

const SELECT = `
  select s.product_id as "productId", s.warehouse_id as "warehouseId", s.on_hand as "onHand",
         s.reserved, s.revision, w.priority, w.active as "isActive", t.threshold
    from stock s
    join warehouse w using (warehouse_id)
    left join stock_threshold t using (product_id)`;

/**
 * Locks the rows of these products in all warehouses, in the order of product and warehouse, so that
 * two batches cannot deadlock. All of them, though a batch may change only some: what is available
 * in all together decides who gives what, and whether a product has become low.
 */
export const lockStock = (tx: Tx, productIds: readonly string[]): Promise<ShelfRow[]> =>
  tx.query<ShelfRow>(
    `${SELECT} where s.product_id = any($1::text[])
      order by s.product_id, s.warehouse_id for update of s`,
    [productIds],
  );

/** In all warehouses, by priority. */
export const findStock = (tx: Pick<Tx, 'query'>, productId: string): Promise<ShelfRow[]> =>
  tx.query<ShelfRow>(`${SELECT} where s.product_id = $1 order by w.priority, s.warehouse_id`, [
    productId,
  ]);

/** Of rows that are locked by this transaction. */
export async function updateStock(tx: Tx, stock: readonly Stock[]): Promise<void> {
  await tx.query(
    `update stock s
        set on_hand = n.on_hand, reserved = n.reserved, revision = n.revision
       from unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::int[])
         as n (product_id, warehouse_id, on_hand, reserved, revision)
      where s.product_id = n.product_id and s.warehouse_id = n.warehouse_id`,
    columnsOf(stock),
  );
}

/**
 * New ones and changed ones in one statement; the changed ones are locked by this transaction.
 * @throws RetryableError when somebody else has made one of the new ones at this very moment
 */
export async function saveStock(tx: Tx, changes: readonly StockChange[]): Promise<void> {
  const sorted = changes.toSorted(({ after: a }, { after: b }) => compare(a, b));
  const [done] = await tx.query<{ count: number }>(SAVE, [
    ...columnsOf(sorted.map(({ after }) => after)),
    sorted.map(({ before }) => before),
  ]);
  if (done?.count !== changes.length) throw new RetryableError('some of this stock exists by now');
}

const SAVE = `
  with n as (
    select * from unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::int[], $6::int[])
      as n (product_id, warehouse_id, on_hand, reserved, revision, before)),
  added as (
    insert into stock (product_id, warehouse_id, on_hand, reserved, revision)
    select product_id, warehouse_id, on_hand, reserved, revision from n where before = 0
    on conflict do nothing
    returning 1),
  changed as (
    update stock s
       set on_hand = n.on_hand, reserved = n.reserved, revision = n.revision
      from n
     where s.product_id = n.product_id and s.warehouse_id = n.warehouse_id
       and s.revision = n.before and n.before > 0
    returning 1)
  select (select count(*) from added)::int + (select count(*) from changed)::int as count`;

const columnsOf = (stock: readonly Stock[]) => [
  stock.map(({ productId }) => productId),
  stock.map(({ warehouseId }) => warehouseId),
  stock.map(({ onHand }) => onHand),
  stock.map(({ reserved }) => reserved),
  stock.map(({ revision }) => revision),
];

/** By code unit, as the database compares these columns. */
const compare = (a: Stock, b: Stock): number =>
  order(a.productId, b.productId) || order(a.warehouseId, b.warehouseId);
const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
