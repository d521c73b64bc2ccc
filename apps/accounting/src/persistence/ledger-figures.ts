import type { Tx } from '#messaging';
import type { OrderFigures, PaidOut } from '../domain/reconcile.js';

type Amounts = Record<
  'captured' | 'refunded' | 'chargedBack' | 'fee' | 'feeReturned' | 'revision',
  string
>;

/** What the ledger has of these orders, by order id; absent where it has nothing. */
export async function orderFigures(
  tx: Tx,
  orderIds: readonly string[],
): Promise<Map<string, OrderFigures>> {
  const rows = await tx.query<Pick<OrderFigures, 'orderId' | 'merchantId' | 'currency'> & Amounts>(
    `select e.aggregate_id as "orderId", max(e.revision) as revision,
            string_agg(distinct e.merchant_id, ',') as "merchantId",
            string_agg(distinct l.currency, ',') as currency,
            coalesce(sum(l.debit) filter (where e.name = 'payment.completed'
              and l.account = 'cash-at-provider'), 0) as captured,
            coalesce(sum(l.debit) filter (where l.account = 'refunds'), 0) as refunded,
            coalesce(sum(l.debit - l.credit) filter (where l.account = 'chargebacks'), 0)
              as "chargedBack",
            coalesce(sum(l.credit) filter (where l.account = 'fee-income'), 0) as fee,
            coalesce(sum(l.debit) filter (where l.account = 'fee-income'), 0) as "feeReturned"
       from entry e join entry_line l on l.entry_id = e.entry_id
      where e.aggregate_id = any($1::text[]) and e.aggregate_type = 'payment'
      group by e.aggregate_id`,
    [orderIds],
  );
  return new Map(
    rows.map(({ orderId, merchantId, currency, ...amounts }) => [
      orderId,
      {
        ...{ orderId, merchantId, currency },
        captured: Number(amounts.captured),
        refunded: Number(amounts.refunded),
        chargedBack: Number(amounts.chargedBack),
        fee: Number(amounts.fee),
        feeReturned: Number(amounts.feeReturned),
        revision: Number(amounts.revision),
      },
    ]),
  );
}

/** Withdrawals that are paid, as the ledger has them, by withdrawal id. */
export async function paidOut(
  tx: Tx,
  withdrawalIds: readonly string[],
): Promise<Map<string, PaidOut>> {
  const rows = await tx.query<Omit<PaidOut, 'amount'> & { readonly amount: string }>(
    `select e.aggregate_id as "withdrawalId", l.currency, l.credit as amount
       from entry e join entry_line l on l.entry_id = e.entry_id
      where e.aggregate_id = any($1::text[]) and e.name = 'withdrawal.paid'
        and l.account = 'cash-at-bank'`,
    [withdrawalIds],
  );
  return new Map(rows.map((row) => [row.withdrawalId, { ...row, amount: Number(row.amount) }]));
}

/** An entry of a day, by the moment of its fact. */
export interface OccurredEntry {
  readonly entryId: string;
  readonly subject: string;
  readonly amount: number;
  readonly currency: string;
  /** Where the next page begins. */
  readonly place: string;
  /** Whether the books of the others had it. */
  readonly seen: boolean;
}

/** What occurred on a day, whenever it was booked, a page at a time. @param after a `place` */
export async function occurredOn(
  tx: Tx,
  name: 'payment.completed' | 'withdrawal.paid',
  { day, run, after, limit }: { day: string; run: number; after: string | null; limit: number },
): Promise<OccurredEntry[]> {
  const [moment, entryId] = (
    after ?? `${day}T00:00:00Z 00000000-0000-0000-0000-000000000000`
  ).split(' ');
  const account = name === 'payment.completed' ? 'cash-at-provider' : 'cash-at-bank';
  const rows = await tx.query<Omit<OccurredEntry, 'amount'> & { readonly amount: string }>(
    `select e.entry_id as "entryId", e.aggregate_id as subject, l.debit + l.credit as amount,
            l.currency, s.subject is not null as seen,
            to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' '
              || e.entry_id as place
       from entry e
       join entry_line l on l.entry_id = e.entry_id and l.account = '${account}'
       left join reconciliation_seen s
              on s.day = $1::date and s.run = $2 and s.subject = e.aggregate_id
      where e.name = '${name}' and (e.occurred_at, e.entry_id) > ($3::timestamptz, $4::uuid)
        and e.occurred_at < ($1::date + 1)::timestamp at time zone 'UTC'
      order by e.occurred_at, e.entry_id limit $5`,
    [day, run, moment, entryId, limit],
  );
  return rows.map((row) => ({ ...row, amount: Number(row.amount) }));
}
