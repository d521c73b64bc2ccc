/** The withdrawal service's own copy of who may draw money, and where to. */
import type { MerchantFact, MerchantStatus, PayoutAccount } from '#contracts';
import type { Tx } from '#messaging';

export interface KnownMerchant {
  readonly merchantId: string;
  readonly status: MerchantStatus;
  readonly accounts: readonly PayoutAccount[];
}

type MerchantState = Pick<MerchantFact, 'merchantId' | 'status' | 'payoutAccounts' | 'revision'>;

/**
 * Facts come again, late and in any order: only a higher revision replaces what is there.
 * @param sorted by id, each once
 */
export async function learnMerchants(tx: Tx, sorted: readonly MerchantState[]): Promise<void> {
  await tx.query(
    `insert into known_merchant as known (merchant_id, status, accounts, revision)
     select * from unnest($1::text[], $2::text[], $3::json[], $4::int[])
     on conflict (merchant_id) do update
       set status = excluded.status, accounts = excluded.accounts, revision = excluded.revision
     where excluded.revision > known.revision`,
    [
      sorted.map(({ merchantId }) => merchantId),
      sorted.map(({ status }) => status),
      sorted.map(({ payoutAccounts }) => JSON.stringify(payoutAccounts)),
      sorted.map(({ revision }) => revision),
    ],
  );
}

/** By id; those who are not known are missing. */
export async function findMerchants(
  tx: Tx,
  merchantIds: readonly string[],
): Promise<Map<string, KnownMerchant>> {
  const rows = await tx.query<KnownMerchant>(
    `select merchant_id as "merchantId", status, accounts
       from known_merchant where merchant_id = any($1::text[])`,
    [merchantIds],
  );
  return new Map(rows.map((row) => [row.merchantId, row]));
}
