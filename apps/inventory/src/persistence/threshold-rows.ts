import type { Tx } from '#messaging';

/** @param threshold null: nobody wants to be told any more */
export async function putThreshold(
  tx: Pick<Tx, 'query'>,
  productId: string,
  threshold: number | null,
): Promise<void> {
  if (threshold === null) {
    await tx.query('delete from stock_threshold where product_id = $1', [productId]);
    return;
  }
  await tx.query(
    `insert into stock_threshold (product_id, threshold) values ($1, $2)
     on conflict (product_id) do update set threshold = excluded.threshold`,
    [productId, threshold],
  );
}
