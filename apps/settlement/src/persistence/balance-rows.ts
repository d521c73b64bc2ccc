import { RetryableError, type Tx } from '#messaging';
import type { Balance, Hold, Share } from '../domain/balance.js';
import type { HoldChange } from '../domain/till.js';

/** int8 comes as text. */
type HoldRow = Omit<Hold, 'amount' | 'taken' | 'returned'> &
  Readonly<Record<'amount' | 'taken' | 'returned', string>>;
type BalanceRow = Share &
  Pick<Balance, 'revision'> &
  Readonly<Record<'available' | 'held' | 'drawn', string>>;

/** Locks in the order of the ids, before any balance is locked. */
export async function lockHolds(tx: Tx, withdrawalIds: readonly string[]): Promise<Hold[]> {
  const rows = await tx.query<HoldRow>(
    `select withdrawal_id as "withdrawalId", merchant_id as "merchantId", currency, amount, status,
            held_on::text as "heldOn", taken, returned, revision
       from withdrawal_hold where withdrawal_id = any($1::uuid[])
      order by withdrawal_id for update`,
    [withdrawalIds],
  );
  return rows.map(({ amount, taken, returned, ...row }) => ({
    ...row,
    amount: Number(amount),
    taken: Number(taken),
    returned: Number(returned),
  }));
}

/** Locks in the order of merchant and currency, as all who change balances do. */
export async function lockBalances(tx: Tx, shares: readonly Share[]): Promise<Balance[]> {
  const rows = await tx.query<BalanceRow>(
    `select b.merchant_id as "merchantId", b.currency, b.available, b.held, b.drawn, b.revision
       from balance b
       join (select distinct * from unnest($1::text[], $2::text[]) as n (merchant_id, currency)) n
         using (merchant_id, currency)
      order by merchant_id, currency for update of b`,
    columnsOf(shares),
  );
  return rows.map(({ available, held, drawn, ...row }) => ({
    ...row,
    available: Number(available),
    held: Number(held),
    drawn: Number(drawn),
  }));
}

/** What is held of each balance, or drawn, of one UTC day; of balances that are locked. */
export async function sumsOfDay(
  tx: Tx,
  shares: readonly Share[],
  day: string,
): Promise<(Share & { readonly amount: number })[]> {
  const rows = await tx.query<Share & { readonly amount: string }>(
    `select h.merchant_id as "merchantId", h.currency, sum(h.amount) as amount
       from withdrawal_hold h
       join (select distinct * from unnest($1::text[], $2::text[]) as n (merchant_id, currency)) n
         using (merchant_id, currency)
      where h.held_on = $3::date and h.status <> 'released'
      group by h.merchant_id, h.currency`,
    [...columnsOf(shares), day],
  );
  return rows.map(({ amount, ...share }) => ({ ...share, amount: Number(amount) }));
}

const columnsOf = (shares: readonly Share[]) => [
  shares.map(({ merchantId }) => merchantId),
  shares.map(({ currency }) => currency),
];

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
