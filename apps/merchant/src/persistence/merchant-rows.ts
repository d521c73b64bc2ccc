import type { MerchantStatus } from '#contracts';
import { RetryableError, type Tx } from '#messaging';
import type { Merchant } from '../domain/merchant.js';

/** Anything that runs a statement: the database itself, or a transaction. */
type Queries = Pick<Tx, 'query'>;

type Row = Omit<Merchant, 'suspendReason'> & { readonly suspendReason: string | null };

const COLUMNS = `merchant_id as "merchantId", name, time_zone as "timeZone", status,
  suspend_reason as "suspendReason", fee_rates as "feeRates", payout_accounts as "payoutAccounts",
  api_keys as "apiKeys", revision`;

const merchantOf = ({ suspendReason, ...row }: Row): Merchant => ({
  ...row,
  ...(suspendReason !== null && { suspendReason }),
});

export async function lockMerchant(tx: Tx, merchantId: string): Promise<Merchant | undefined> {
  const [row] = await tx.query<Row>(
    `select ${COLUMNS} from merchant where merchant_id = $1 for update`,
    [merchantId],
  );
  return row && merchantOf(row);
}

/**
 * At the revision that it has now.
 * @throws RetryableError when somebody else has just made it
 */
export async function saveMerchant(tx: Tx, merchant: Merchant): Promise<void> {
  const { feeRates, payoutAccounts, apiKeys } = merchant;
  const saved = await tx.query(merchant.revision === 1 ? ADD : CHANGE, [
    merchant.merchantId,
    merchant.name,
    merchant.timeZone,
    merchant.status,
    merchant.suspendReason ?? null,
    ...[feeRates, payoutAccounts, apiKeys].map((list) => JSON.stringify(list)),
    merchant.revision,
  ]);
  if (saved.length === 0)
    throw new RetryableError('this merchant was made by somebody else meanwhile');
}

const ADD = `
  insert into merchant (merchant_id, name, time_zone, status, suspend_reason, fee_rates,
                        payout_accounts, api_keys, revision)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  on conflict do nothing
  returning 1`;

const CHANGE = `
  update merchant
     set name = $2, time_zone = $3, status = $4, suspend_reason = $5, fee_rates = $6,
         payout_accounts = $7, api_keys = $8, revision = $9
   where merchant_id = $1 and revision = $9 - 1
  returning 1`;

export async function findMerchant(
  database: Queries,
  merchantId: string,
): Promise<Merchant | undefined> {
  const [row] = await database.query<Row>(
    `select ${COLUMNS} from merchant where merchant_id = $1`,
    [merchantId],
  );
  return row && merchantOf(row);
}

export interface MerchantQuery {
  readonly status?: MerchantStatus;
  /** Only merchants whose id sorts behind this one. */
  readonly after?: string;
  readonly limit: number;
}

/** By id. With and without a status, each text has a plan over the index that fits it. */
export async function listMerchants(
  database: Queries,
  { status, after = '', limit }: MerchantQuery,
): Promise<Merchant[]> {
  const filter = status === undefined ? '' : 'and status = $3';
  const rows = await database.query<Row>(
    `select ${COLUMNS} from merchant where merchant_id > $1 ${filter}
      order by merchant_id limit $2`,
    [after, limit, ...(status === undefined ? [] : [status])],
  );
  return rows.map(merchantOf);
}
