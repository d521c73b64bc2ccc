import { RetryableError, type Tx } from '#messaging';
import type { Stock } from '../domain/stock.js';

const COLUMNS = 'product_id as "productId", on_hand as "onHand", reserved, revision';

/** Locks the products in the order of their ids, so that two batches cannot deadlock. */
export const lockStock = (tx: Tx, productIds: readonly string[]): Promise<Stock[]> =>
  tx.query<Stock>(
    `select ${COLUMNS} from stock where product_id = any($1::text[])
      order by product_id for update`,
    [productIds],
  );

export const findStock = async (tx: Tx, productId: string): Promise<Stock | undefined> => {
  const [row] = await tx.query<Stock>(`select ${COLUMNS} from stock where product_id = $1`, [
    productId,
  ]);
  return row;
};

/** Of rows that are locked by this transaction. */
export async function updateStock(tx: Tx, stock: readonly Stock[]): Promise<void> {
  await tx.query(
    `update stock s
        set on_hand = n.on_hand, reserved = n.reserved, revision = n.revision
       from unnest($1::text[], $2::int[], $3::int[], $4::int[])
         as n (product_id, on_hand, reserved, revision)
      where s.product_id = n.product_id`,
    [
      stock.map(({ productId }) => productId),
      stock.map(({ onHand }) => onHand),
      stock.map(({ reserved }) => reserved),
      stock.map(({ revision }) => revision),
    ],
  );
}

/** @throws RetryableError when somebody else has set it for the first time at this very moment */
export async function insertStock(tx: Tx, stock: Stock): Promise<void> {
  const rows = await tx.query(
    `insert into stock (product_id, on_hand, reserved, revision) values ($1, $2, $3, $4)
     on conflict do nothing returning 1`,
    [stock.productId, stock.onHand, stock.reserved, stock.revision],
  );
  if (rows.length === 0) throw new RetryableError(`${stock.productId} exists by now`);
}
