import type { ProductStatus } from '#contracts';
import { RetryableError, type Tx } from '#messaging';
import type { Product } from '../domain/product.js';

/** Anything that runs a statement: the database itself, or a transaction. */
type Queries = Pick<Tx, 'query'>;

/** int8 comes as text; prices lie far below 2^53. */
type Row = Omit<Product, 'unitPrice'> & { readonly unitPrice: string };

const COLUMNS = `product_id as "productId", name, unit_price as "unitPrice", currency, status,
  revision`;

const productOf = (row: Row): Product => ({ ...row, unitPrice: Number(row.unitPrice) });

/** Locks the products in the order of their ids, so that two batches cannot deadlock. */
export async function lockProducts(
  tx: Tx,
  productIds: readonly string[],
): Promise<Map<string, Product>> {
  const rows = await tx.query<Row>(
    `select ${COLUMNS} from product where product_id = any($1::text[])
      order by product_id for update`,
    [productIds],
  );
  return new Map(rows.map((row) => [row.productId, productOf(row)]));
}

/**
 * New ones and changed ones in one statement, each at the revision that it has now.
 * @throws RetryableError when somebody else has just made one of the new ones
 */
export async function saveProducts(tx: Tx, products: readonly Product[]): Promise<void> {
  const sorted = products.toSorted((a, b) => (a.productId < b.productId ? -1 : 1));
  const [done] = await tx.query<{ count: number }>(SAVE, [
    sorted.map(({ productId }) => productId),
    sorted.map(({ name }) => name),
    sorted.map(({ unitPrice }) => unitPrice),
    sorted.map(({ currency }) => currency),
    sorted.map(({ status }) => status),
    sorted.map(({ revision }) => revision),
  ]);
  if (done?.count !== products.length) {
    throw new RetryableError('some of these products were made by somebody else meanwhile');
  }
}

/** What is there is locked; what is new is inserted in the order of the ids, as others do it. */
const SAVE = `
  with n as (
    select * from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::int[])
      as n (product_id, name, unit_price, currency, status, revision)),
  added as (
    insert into product (product_id, name, unit_price, currency, status, revision)
    select * from n where revision = 1
    on conflict do nothing
    returning 1),
  changed as (
    update product p
       set name = n.name, unit_price = n.unit_price, currency = n.currency, status = n.status,
           revision = n.revision
      from n
     where p.product_id = n.product_id and p.revision = n.revision - 1
    returning 1)
  select (select count(*) from added)::int + (select count(*) from changed)::int as count`;

export async function findProduct(
  database: Queries,
  productId: string,
): Promise<Product | undefined> {
  const [row] = await database.query<Row>(`select ${COLUMNS} from product where product_id = $1`, [
    productId,
  ]);
  return row && productOf(row);
}

export interface ProductQuery {
  readonly status?: ProductStatus;
  /** Only products whose id sorts behind this one. */
  readonly after?: string;
  readonly limit: number;
}

/** By id. With and without a status, each text has a plan over the index that fits it. */
export async function listProducts(
  database: Queries,
  { status, after = '', limit }: ProductQuery,
): Promise<Product[]> {
  const filter = status === undefined ? '' : 'and status = $3';
  const rows = await database.query<Row>(
    `select ${COLUMNS} from product where product_id > $1 ${filter} order by product_id limit $2`,
    [after, limit, ...(status === undefined ? [] : [status])],
  );
  return rows.map(productOf);
}
