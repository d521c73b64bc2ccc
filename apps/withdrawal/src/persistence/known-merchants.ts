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
 * Facts come again, late and in any order: only a higher revision replaces what is there. The rows
 * are written in the order of their ids, so that two replicas cannot deadlock.
 * @param facts of one merchant perhaps several
 */
export async function learnMerchants(tx: Tx, facts: readonly MerchantState[]): Promise<void> {
  const latest = new Map<string, MerchantState>();
  for (const fact of facts) {
    const before = latest.get(fact.merchantId);
    if (!before || before.revision < fact.revision) latest.set(fact.merchantId, fact);
  }
  if (latest.size === 0) return;
  const sorted = [...latest.values()].toSorted((a, b) => (a.merchantId < b.merchantId ? -1 : 1));
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
