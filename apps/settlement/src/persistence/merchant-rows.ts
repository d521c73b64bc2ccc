import type { Tx } from '#messaging';
import { latestById } from '#reader';
import type { ReadMerchantFact } from '../domain/read-facts.js';

/** What merchants are called; only a higher revision replaces what is known. */
export async function learnMerchants(tx: Tx, facts: readonly ReadMerchantFact[]): Promise<void> {
  const rows = latestById(facts, ({ merchantId }) => merchantId);
  await tx.query(
    `insert into known_merchant (merchant_id, name, revision)
     select * from unnest($1::text[], $2::text[], $3::int[])
     on conflict (merchant_id) do update set name = excluded.name, revision = excluded.revision
      where known_merchant.revision < excluded.revision`,
    [
      rows.map(({ merchantId }) => merchantId),
      rows.map(({ name }) => name),
      rows.map(({ revision }) => revision),
    ],
  );
}

/** @returns undefined for one of whom nothing was heard */
export async function merchantName(
  database: Pick<Tx, 'query'>,
  merchantId: string,
): Promise<string | undefined> {
  const [row] = await database.query<{ name: string }>(
    'select name from known_merchant where merchant_id = $1',
    [merchantId],
  );
  return row?.name;
}
