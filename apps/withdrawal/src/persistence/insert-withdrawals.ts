/** Withdrawals as they are asked for: by the key of their request, each key once. */
import { waitingAtMost, type Tx } from '#messaging';
import { WITHDRAWAL_COLUMNS, withdrawalOf, type WithdrawalRow } from './withdrawal-row.js';
import type { Withdrawal } from '../domain/withdrawal.js';

/** The client's key of a request, with a hash of what was asked. */
export interface RequestKey {
  readonly key: string;
  readonly hash: string;
}

export interface KeyedWithdrawal {
  readonly withdrawal: Withdrawal;
  readonly requestKey: RequestKey;
}

/** By the keys of their requests; those that nobody has used are missing. */
export async function findByKeys(
  tx: Tx,
  keys: readonly string[],
): Promise<Map<string, KeyedWithdrawal>> {
  const rows = await tx.query<WithdrawalRow & { readonly key: string; readonly hash: string }>(
    `select ${WITHDRAWAL_COLUMNS}, idempotency_key as key, request_hash as hash
       from withdrawal where idempotency_key = any($1::text[])`,
    [keys],
  );
  return new Map(
    rows.map(({ key, hash, ...row }) => [
      key,
      { withdrawal: withdrawalOf(row), requestKey: { key, hash } },
    ]),
  );
}

/**
 * Inserts all of them in one statement and answers the ids of those whose key was free; of several
 * with the same key the first is taken. The rows go in sorted by key, so that two groups with the same
 * keys wait for each other in one direction only and cannot deadlock.
 * @param waitMs for a transaction that is about to take one of the keys; default: as long as it takes
 * @throws StillLockedError when that one has not ended by then; this transaction has failed
 */
export async function insertWithdrawals(
  tx: Tx,
  asked: readonly KeyedWithdrawal[],
  waitMs?: number,
): Promise<Set<string>> {
  const sorted = asked.toSorted((a, b) => compare(a.requestKey.key, b.requestKey.key));
  const column = <Value>(value: (withdrawal: Withdrawal) => Value): Value[] =>
    sorted.map(({ withdrawal }) => value(withdrawal));
  const rows = await waitingAtMost(tx, waitMs, () =>
    tx.query<{ withdrawal_id: string }>(
      `insert into withdrawal (withdrawal_id, merchant_id, currency, amount, account, status, payout,
                               revision, pay_out_to, idempotency_key, request_hash, created_at,
                               updated_at)
       select withdrawal_id, merchant_id, currency, amount, account, 'requested', 'none', 1, '[]',
              key, hash, created_at, created_at
         from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::json[], $6::text[],
                     $7::text[], $8::timestamptz[])
           as given (withdrawal_id, merchant_id, currency, amount, account, key, hash, created_at)
       on conflict do nothing
       returning withdrawal_id`,
      [
        column(({ withdrawalId }) => withdrawalId),
        column(({ merchantId }) => merchantId),
        column(({ currency }) => currency),
        column(({ amount }) => amount),
        column(({ account }) => JSON.stringify(account)),
        sorted.map(({ requestKey }) => requestKey.key),
        sorted.map(({ requestKey }) => requestKey.hash),
        column(({ createdAt }) => createdAt.toISOString()),
      ],
    ),
  );
  return new Set(rows.map((row) => row.withdrawal_id));
}

/** By code unit, the same in every process, whatever its locale. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
