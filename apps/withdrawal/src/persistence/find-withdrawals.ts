/** The withdrawals themselves, as the handler, the workers and the API read and change them. */
import type { WithdrawalStatus } from '#contracts';
import type { Tx } from '#messaging';
import {
  WITHDRAWAL_COLUMNS,
  withdrawalOf,
  type StoredWithdrawal,
  type WithdrawalRow,
} from './withdrawal-row.js';

/** By id; unknown ones are missing. */
export async function findWithdrawals(
  tx: Tx,
  withdrawalIds: readonly string[],
): Promise<Map<string, StoredWithdrawal>> {
  return byId(
    await tx.query<WithdrawalRow>(
      `select ${WITHDRAWAL_COLUMNS} from withdrawal where withdrawal_id = any($1::uuid[])`,
      [withdrawalIds],
    ),
  );
}

/** The same, locked in the order of their ids, so that two batches never block each other. */
export async function lockWithdrawals(
  tx: Tx,
  withdrawalIds: readonly string[],
): Promise<Map<string, StoredWithdrawal>> {
  return byId(
    await tx.query<WithdrawalRow>(
      `select ${WITHDRAWAL_COLUMNS} from withdrawal
        where withdrawal_id = any($1::uuid[])
        order by withdrawal_id
          for no key update`,
      [withdrawalIds],
    ),
  );
}

const byId = (rows: readonly WithdrawalRow[]): Map<string, StoredWithdrawal> =>
  new Map(rows.map((row) => [row.withdrawalId, withdrawalOf(row)]));

/** All of it holds at once. */
export interface WithdrawalQuery {
  readonly merchantId?: string;
  readonly status?: WithdrawalStatus;
  /** Only those whose id sorts before this one. */
  readonly before?: string;
  readonly limit: number;
}

/** Newest first: ids sort by the time they were given out. Each pair of filters has its index. */
export async function searchWithdrawals(
  tx: Tx,
  { merchantId, status, before, limit }: WithdrawalQuery,
): Promise<StoredWithdrawal[]> {
  const params: unknown[] = [limit];
  const where: string[] = [];
  const filter = (condition: string, value: string | undefined): void => {
    if (value !== undefined) where.push(`${condition} $${params.push(value)}`);
  };
  filter('merchant_id =', merchantId);
  filter('status =', status);
  filter('withdrawal_id <', before);
  const rows = await tx.query<WithdrawalRow>(
    `select ${WITHDRAWAL_COLUMNS} from withdrawal
      ${where.length > 0 ? `where ${where.join(' and ')}` : ''}
      order by withdrawal_id desc limit $1`,
    params,
  );
  return rows.map(withdrawalOf);
}
