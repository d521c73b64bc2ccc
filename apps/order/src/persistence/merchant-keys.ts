/** Keys of merchants, as the merchant service has told them. */
import type { MerchantFact } from '#contracts';
import type { Tx } from '#messaging';

/** Anything that runs a statement: the database itself, or a transaction. */
type Queries = Pick<Tx, 'query'>;

/**
 * Whom a merchant does not name any more is forgotten, so that its key is refused from here on.
 * @param merchants locked by this transaction, each once, with all of its keys
 */
export async function replaceKeys(
  tx: Tx,
  merchants: readonly Pick<MerchantFact, 'merchantId' | 'apiKeys'>[],
): Promise<void> {
  const keys = merchants.flatMap(({ merchantId, apiKeys }) =>
    apiKeys.map(({ keyId, hash }) => ({ keyId, hash, merchantId })),
  );
  await tx.query(REPLACE, [
    merchants.map(({ merchantId }) => merchantId),
    keys.map(({ keyId }) => keyId),
    keys.map(({ merchantId }) => merchantId),
    keys.map(({ hash }) => hash),
  ]);
}

const REPLACE = `
  with gone as (
    delete from merchant_key where merchant_id = any($1::text[]) and key_id <> all($2::text[]))
  insert into merchant_key (key_id, merchant_id, hash)
  select * from unnest($2::text[], $3::text[], $4::text[])
  on conflict (key_id) do nothing`;

export interface KeptMerchantKey {
  readonly keyId: string;
  readonly merchantId: string;
  readonly hash: string;
}

/** One that is good: asked for with each request, by its primary key. */
export async function findMerchantKey(
  database: Queries,
  keyId: string,
): Promise<KeptMerchantKey | undefined> {
  const [row] = await database.query<KeptMerchantKey>(
    `select key_id as "keyId", merchant_id as "merchantId", hash from merchant_key
      where key_id = $1`,
    [keyId],
  );
  return row;
}

/** Those of them that are still good. */
export async function goodKeysOf(
  database: Queries,
  keyIds: readonly string[],
): Promise<Set<string>> {
  const rows = await database.query<{ key_id: string }>(
    'select key_id from merchant_key where key_id = any($1::text[])',
    [keyIds],
  );
  return new Set(rows.map((row) => row.key_id));
}

export async function isOrderOf(
  database: Queries,
  orderId: string,
  merchantId: string,
): Promise<boolean> {
  const rows = await database.query(
    'select 1 from orders where order_id = $1 and merchant_id = $2',
    [orderId, merchantId],
  );
  return rows.length > 0;
}
