/**
 * One page of a batch in SQL, where the sums are made: a merchant may have more orders than fit into
 * memory. All statements are of one transaction, in this order.
 */
import type { Tx } from '#messaging';
import type { Share } from '../domain/balance.js';
import type { Settled } from '../domain/settled.js';

/** What is due before these moments: `delivered` lies one holding period before `cutoff`. */
export interface Due {
  readonly cutoff: Date;
  readonly delivered: Date;
}

export const dueBefore = (cutoff: Date, holdingMs: number): Due => ({
  cutoff,
  delivered: new Date(cutoff.getTime() - holdingMs),
});

/** For an order `m`. */
export const isDue = (cutoff: string, delivered: string): string =>
  `m.open and ((m.at_once and m.due_from < ${cutoff})
            or (not m.at_once and m.due_from < ${delivered}))`;

/** Those with anything that is not settled, in their order: each is found by one look into the index. */
export const nextShares = (tx: Tx, after: Share, limit: number): Promise<Share[]> =>
  tx.query<Share>(
    `with recursive share as (
       (select merchant_id, currency from order_money m
         where open and (merchant_id, currency) > ($1, $2)
         order by merchant_id, currency limit 1)
       union all
       select following.merchant_id, following.currency
         from share,
              lateral (select m.merchant_id, m.currency from order_money m
                        where m.open
                          and (m.merchant_id, m.currency) > (share.merchant_id, share.currency)
                        order by m.merchant_id, m.currency limit 1) following)
     select merchant_id as "merchantId", currency from share limit $3`,
    [after.merchantId, after.currency, limit],
  );

const columnsOf = (shares: readonly Share[]) => [
  shares.map(({ merchantId }) => merchantId),
  shares.map(({ currency }) => currency),
];

const dueColumns = ({ cutoff, delivered }: Due) => [cutoff.toISOString(), delivered.toISOString()];

/**
 * Keeps everybody else away: balances first, in the order of merchant and currency, then orders in the
 * order of their ids, as those lock them who take in facts.
 */
export async function lockShares(tx: Tx, shares: readonly Share[], due: Due): Promise<void> {
  await tx.query(
    `insert into balance (merchant_id, currency)
     select * from unnest($1::text[], $2::text[]) as n (merchant_id, currency)
      order by merchant_id, currency
     on conflict do nothing`,
    columnsOf(shares),
  );
  await tx.query(
    `select count(*) from (
       select 1 from balance
         join unnest($1::text[], $2::text[]) as n (merchant_id, currency)
           using (merchant_id, currency)
        order by merchant_id, currency for update of balance) locked`,
    columnsOf(shares),
  );
  await tx.query(
    `select count(*) from (
       select 1 from order_money m
         join unnest($1::text[], $2::text[]) as n (merchant_id, currency)
           using (merchant_id, currency)
        where ${isDue('$3', '$4')}
        order by m.order_id for no key update of m) locked`,
    [...columnsOf(shares), ...dueColumns(due)],
  );
}

export interface NamedShare extends Share {
  readonly settlementId: string;
}

/** int8 comes as text. */
type Sums = Readonly<
  Record<'orders' | 'gross' | 'fees' | 'refunds' | 'chargebacks' | 'net', string>
>;
export type SharePlan = Pick<
  Settled,
  'settlementId' | 'orders' | 'gross' | 'fees' | 'refunds' | 'chargebacks' | 'net'
>;

/**
 * Writes down what is settled of each order, of shares that come to more than nothing and to no more
 * than `most`, also beside what the balance has already; of the others all of it waits.
 * @returns their sums
 */
export async function addLines(
  tx: Tx,
  shares: readonly NamedShare[],
  due: Due,
  most: number,
): Promise<SharePlan[]> {
  const rows = await tx.query<{ readonly settlementId: string } & Sums>(ADD_LINES, [
    ...columnsOf(shares),
    ...dueColumns(due),
    shares.map(({ settlementId }) => settlementId),
    most,
  ]);
  return rows.map(({ settlementId, ...sums }) => ({
    settlementId,
    orders: Number(sums.orders),
    gross: Number(sums.gross),
    fees: Number(sums.fees),
    refunds: Number(sums.refunds),
    chargebacks: Number(sums.chargebacks),
    net: Number(sums.net),
  }));
}

const ADD_LINES = `
  with due as materialized (
    select n.settlement_id, m.order_id,
           m.captured - m.settled_gross as gross,
           m.fees - m.settled_fees as fees,
           m.refunded - m.settled_refunds as refunds,
           m.chargebacks - m.settled_chargebacks as chargebacks
      from order_money m
      join unnest($1::text[], $2::text[], $5::text[]) as n (merchant_id, currency, settlement_id)
        using (merchant_id, currency)
     where ${isDue('$3', '$4')}),
  whole as (
    select settlement_id, count(*) as orders, sum(gross) as gross, sum(fees) as fees,
           sum(refunds) as refunds, sum(chargebacks) as chargebacks,
           sum(gross - fees - refunds - chargebacks) as net
      from due group by settlement_id
    having sum(gross - fees - refunds - chargebacks) > 0
       and greatest(sum(abs(gross)), sum(abs(fees)), sum(abs(refunds)), sum(abs(chargebacks)),
                    sum(gross - fees - refunds - chargebacks)) <= $6::int8),
  share as (
    select whole.*
      from whole
      join unnest($5::text[], $1::text[], $2::text[]) as n (settlement_id, merchant_id, currency)
        using (settlement_id)
      join balance b using (merchant_id, currency)
     where b.available + b.held + whole.net <= $6::int8),
  line as (
    insert into settlement_line (settlement_id, order_id, gross, fees, refunds, chargebacks)
    select settlement_id, due.order_id, due.gross, due.fees, due.refunds, due.chargebacks
      from due join share using (settlement_id))
  select settlement_id as "settlementId", orders, gross, fees, refunds, chargebacks, net
    from share order by settlement_id`;

/**
 * The orders then know what is settled of them. Lines and orders are looked up in their indexes, one by
 * one, which the planner is told: of lines written a moment ago it knows nothing, and it read all lines
 * and all orders there ever were for each page (1 s with 300,000 of them, against 0.1 s so).
 */
export async function markSettled(tx: Tx, settlementIds: readonly string[]): Promise<void> {
  await tx.query(
    `select set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
            set_config('enable_seqscan', 'off', true)`,
  );
  await tx.query(
    `update order_money m
        set settled_gross = m.settled_gross + l.gross,
            settled_fees = m.settled_fees + l.fees,
            settled_refunds = m.settled_refunds + l.refunds,
            settled_chargebacks = m.settled_chargebacks + l.chargebacks
       from settlement_line l
      where l.settlement_id = any($1::text[]) and m.order_id = l.order_id`,
    [settlementIds],
  );
}

export async function addSettlements(tx: Tx, settled: readonly Settled[]): Promise<void> {
  const column = <Value>(value: (one: Settled) => Value): Value[] => settled.map(value);
  await tx.query(
    `insert into settlement (settlement_id, batch_id, merchant_id, currency, orders, gross, fees,
                             refunds, chargebacks, net, cutoff, settled_at)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int8[],
                          $7::int8[], $8::int8[], $9::int8[], $10::int8[], $11::timestamptz[],
                          $12::timestamptz[])`,
    [
      column(({ settlementId }) => settlementId),
      column(({ batchId }) => batchId),
      ...columnsOf(settled),
      column(({ orders }) => orders),
      column(({ gross }) => gross),
      column(({ fees }) => fees),
      column(({ refunds }) => refunds),
      column(({ chargebacks }) => chargebacks),
      column(({ net }) => net),
      column(({ cutoff }) => cutoff.toISOString()),
      column(({ settledAt }) => settledAt.toISOString()),
    ],
  );
}

/** Of balances that are locked. */
export async function payIn(tx: Tx, settled: readonly Settled[]): Promise<void> {
  await tx.query(
    `update balance b
        set available = b.available + n.net, settled = b.settled + n.net,
            revision = b.revision + 1
       from unnest($1::text[], $2::text[], $3::int8[]) as n (merchant_id, currency, net)
      where b.merchant_id = n.merchant_id and b.currency = n.currency`,
    [...columnsOf(settled), settled.map(({ net }) => net)],
  );
}
