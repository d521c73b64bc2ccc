import { RetryableError, type Tx } from '#messaging';
import type { Balance, Hold } from '../domain/balance.js';
import type { HoldChange } from '../domain/till.js';
import { columnsOf } from './lock-balances.js';

/** Of rows that are locked: only what a settlement has brought can be held, so each has one. */
export async function updateBalances(tx: Tx, balances: readonly Balance[]): Promise<void> {
  await tx.query(
    `update balance b
        set available = n.available, held = n.held, drawn = n.drawn, revision = n.revision
       from unnest($1::text[], $2::text[], $3::int8[], $4::int8[], $5::int8[], $6::int[])
         as n (merchant_id, currency, available, held, drawn, revision)
      where b.merchant_id = n.merchant_id and b.currency = n.currency`,
    [
      ...columnsOf(balances),
      balances.map(({ available }) => available),
      balances.map(({ held }) => held),
      balances.map(({ drawn }) => drawn),
      balances.map(({ revision }) => revision),
    ],
  );
}

/**
 * New ones and changed ones in one statement.
 * @throws RetryableError when one of them was written by somebody else meanwhile
 */
export async function saveHolds(tx: Tx, changes: readonly HoldChange[]): Promise<void> {
  const sorted = changes.toSorted((a, b) => (a.after.withdrawalId < b.after.withdrawalId ? -1 : 1));
  const column = <Value>(value: (hold: Hold) => Value): Value[] =>
    sorted.map(({ after }) => value(after));
  const [done] = await tx.query<{ count: number }>(SAVE_HOLDS, [
    column(({ withdrawalId }) => withdrawalId),
    column(({ merchantId }) => merchantId),
    column(({ currency }) => currency),
    column(({ amount }) => amount),
    column(({ status }) => status),
    column(({ heldOn }) => heldOn),
    column(({ taken }) => taken),
    column(({ returned }) => returned),
    column(({ revision }) => revision),
    sorted.map(({ before }) => before),
  ]);
  if (done?.count !== changes.length) {
    throw new RetryableError('some of these withdrawals were held by somebody else meanwhile');
  }
}

const SAVE_HOLDS = `
  with n as (
    select * from unnest($1::uuid[], $2::text[], $3::text[], $4::int8[], $5::text[], $6::date[],
                         $7::int8[], $8::int8[], $9::int[], $10::int[])
      as n (withdrawal_id, merchant_id, currency, amount, status, held_on, taken, returned,
            revision, before)),
  added as (
    insert into withdrawal_hold (withdrawal_id, merchant_id, currency, amount, status, held_on,
                                 taken, returned, revision)
    select withdrawal_id, merchant_id, currency, amount, status, held_on, taken, returned, revision
      from n where before = 0
    on conflict do nothing
    returning 1),
  changed as (
    update withdrawal_hold h
       set merchant_id = n.merchant_id, currency = n.currency, amount = n.amount,
           status = n.status, held_on = n.held_on, taken = n.taken, returned = n.returned,
           revision = n.revision
      from n
     where h.withdrawal_id = n.withdrawal_id and h.revision = n.before and n.before > 0
    returning 1)
  select (select count(*) from added)::int + (select count(*) from changed)::int as count`;
