/** The order service's own copy of the catalog, customers and merchants, as far as it checks orders. */
import type {
  CustomerFact,
  CustomerStatus,
  MerchantFact,
  MerchantStatus,
  ProductFact,
} from '#contracts';
import type { Tx } from '#messaging';
import type { KnownProduct } from '../domain/check-order.js';
import { replaceKeys } from './merchant-keys.js';

type ProductState = Pick<
  ProductFact,
  'productId' | 'unitPrice' | 'currency' | 'status' | 'revision'
>;
type CustomerState = Pick<CustomerFact, 'customerId' | 'status' | 'revision'>;
type MerchantState = Pick<MerchantFact, 'merchantId' | 'status' | 'revision' | 'apiKeys'>;

/**
 * Facts come again, late and in any order: only a higher revision replaces what is there. The rows
 * are written in the order of their ids, so that two replicas cannot deadlock.
 * @param products each once
 */
export async function learnProducts(tx: Tx, products: readonly ProductState[]): Promise<void> {
  const sorted = products.toSorted((a, b) => (a.productId < b.productId ? -1 : 1));
  await tx.query(
    `insert into catalog_product as known (product_id, unit_price, currency, status, revision)
     select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::int[])
     on conflict (product_id) do update
       set unit_price = excluded.unit_price, currency = excluded.currency,
           status = excluded.status, revision = excluded.revision
     where excluded.revision > known.revision`,
    [
      sorted.map(({ productId }) => productId),
      sorted.map(({ unitPrice }) => unitPrice),
      sorted.map(({ currency }) => currency),
      sorted.map(({ status }) => status),
      sorted.map(({ revision }) => revision),
    ],
  );
}

/** As `learnProducts`. @param customers each once */
export async function learnCustomers(tx: Tx, customers: readonly CustomerState[]): Promise<void> {
  const sorted = customers.toSorted((a, b) => (a.customerId < b.customerId ? -1 : 1));
  await tx.query(
    `insert into known_customer as known (customer_id, status, revision)
     select * from unnest($1::text[], $2::text[], $3::int[])
     on conflict (customer_id) do update
       set status = excluded.status, revision = excluded.revision
     where excluded.revision > known.revision`,
    [
      sorted.map(({ customerId }) => customerId),
      sorted.map(({ status }) => status),
      sorted.map(({ revision }) => revision),
    ],
  );
}

/**
 * As `learnProducts`. Keys follow in a statement of their own, which sees what a transaction that it had
 * to wait for has left there: a key that is revoked must not stay because of it.
 * @param merchants each once
 */
export async function learnMerchants(tx: Tx, merchants: readonly MerchantState[]): Promise<void> {
  const sorted = merchants.toSorted((a, b) => (a.merchantId < b.merchantId ? -1 : 1));
  const changed = await tx.query<{ merchant_id: string }>(
    `insert into known_merchant as known (merchant_id, status, revision)
     select * from unnest($1::text[], $2::text[], $3::int[])
     on conflict (merchant_id) do update
       set status = excluded.status, revision = excluded.revision
     where excluded.revision > known.revision
     returning merchant_id`,
    [
      sorted.map(({ merchantId }) => merchantId),
      sorted.map(({ status }) => status),
      sorted.map(({ revision }) => revision),
    ],
  );
  const ids = new Set(changed.map((row) => row.merchant_id));
  const replaced = sorted.filter(({ merchantId }) => ids.has(merchantId));
  if (replaced.length > 0) await replaceKeys(tx, replaced);
}

export async function findProducts(
  tx: Tx,
  productIds: readonly string[],
): Promise<Map<string, KnownProduct>> {
  // int8 comes as text; prices lie far below 2^53
  const rows = await tx.query<Omit<KnownProduct, 'unitPrice'> & { readonly unitPrice: string }>(
    `select product_id as "productId", unit_price as "unitPrice", currency, status
       from catalog_product where product_id = any($1::text[])`,
    [productIds],
  );
  return new Map(rows.map((row) => [row.productId, { ...row, unitPrice: Number(row.unitPrice) }]));
}

export async function findCustomers(
  tx: Tx,
  customerIds: readonly string[],
): Promise<Map<string, CustomerStatus>> {
  const rows = await tx.query<{ customer_id: string; status: CustomerStatus }>(
    'select customer_id, status from known_customer where customer_id = any($1::text[])',
    [customerIds],
  );
  return new Map(rows.map((row) => [row.customer_id, row.status]));
}

export async function findMerchants(
  tx: Tx,
  merchantIds: readonly string[],
): Promise<Map<string, MerchantStatus>> {
  const rows = await tx.query<{ merchant_id: string; status: MerchantStatus }>(
    'select merchant_id, status from known_merchant where merchant_id = any($1::text[])',
    [merchantIds],
  );
  return new Map(rows.map((row) => [row.merchant_id, row.status]));
}
