import type { Tx } from '#messaging';
import type { Balance, Hold, Share } from '../domain/balance.js';

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

/** Of shares, for `unnest`. */
export const columnsOf = (shares: readonly Share[]) => [
  shares.map(({ merchantId }) => merchantId),
  shares.map(({ currency }) => currency),
];
