import type { Tx } from '#messaging';
import { exactInteger } from '#platform';

export interface StatementQuery {
  readonly account: string;
  /** Undefined: of all merchants together, or of an account that knows none. */
  readonly merchantId?: string | undefined;
  readonly currency: string;
  /** First and last day, YYYY-MM-DD, UTC. */
  readonly from: string;
  readonly to: string;
}

/** A place in a statement. */
export interface LinePlace {
  readonly day: string;
  /** RFC 3339, UTC, with milliseconds. */
  readonly occurredAt: string;
  readonly entryId: string;
  readonly line: number;
}

export interface StatementLine extends LinePlace {
  readonly name: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly merchantId: string;
  readonly debit: number;
  readonly credit: number;
}

interface Sums {
  readonly debit: number;
  readonly credit: number;
}

export interface StatementFrame {
  /** All before the first day. */
  readonly before: Sums;
  /** Of the days themselves. */
  readonly within: Sums;
}

/** What there was before the first day, and what the days add to it. */
export async function readFrame(
  tx: Tx,
  { account, merchantId, currency, from, to }: StatementQuery,
): Promise<StatementFrame> {
  const ofMerchant = merchantId === undefined ? '' : 'and merchant_id = $5';
  const [row] = await tx.query<Record<'beforeDebit' | 'beforeCredit' | 'debit' | 'credit', string>>(
    `select coalesce(sum(debit) filter (where day < $3::date), 0) as "beforeDebit",
            coalesce(sum(credit) filter (where day < $3::date), 0) as "beforeCredit",
            coalesce(sum(debit) filter (where day >= $3::date), 0) as debit,
            coalesce(sum(credit) filter (where day >= $3::date), 0) as credit
       from day_total
      where account = $1 and currency = $2 and day <= $4::date ${ofMerchant}`,
    [account, currency, from, to, ...(merchantId === undefined ? [] : [merchantId])],
  );
  const sum = (side: string, when: string, value: string | undefined): number =>
    exactInteger(`The ${side} of ${account} in ${currency} ${when} ${from}`, value ?? '0');
  return {
    before: {
      debit: sum('debit', 'before', row?.beforeDebit),
      credit: sum('credit', 'before', row?.beforeCredit),
    },
    within: {
      debit: sum('debit', 'from', row?.debit),
      credit: sum('credit', 'from', row?.credit),
    },
  };
}

/** By day, then by the moment of the fact. */
export async function readLines(
  tx: Tx,
  { account, merchantId, currency, from, to }: StatementQuery,
  { after, limit }: { readonly after?: LinePlace | undefined; readonly limit: number },
): Promise<StatementLine[]> {
  const ofMerchant =
    merchantId === undefined ? '' : `and l.merchant_id = $10 and l.merchant_id <> ''`;
  const rows = await tx.query<
    Omit<StatementLine, 'debit' | 'credit' | 'occurredAt'> &
      Record<'debit' | 'credit', string> & { readonly occurredAt: Date }
  >(
    `select to_char(l.day, 'YYYY-MM-DD') as day, l.occurred_at as "occurredAt",
            l.entry_id as "entryId", l.line, e.name, e.aggregate_type as "aggregateType",
            e.aggregate_id as "aggregateId", l.merchant_id as "merchantId", l.debit, l.credit
       from (select * from entry_line l
              where l.account = $1 and l.currency = $2 and l.day between $3::date and $4::date
                and (l.day, l.occurred_at, l.entry_id, l.line)
                    > ($5::date, $6::timestamptz, $7::uuid, $8::smallint) ${ofMerchant}
              order by l.day, l.occurred_at, l.entry_id, l.line limit $9) l
       join entry e on e.entry_id = l.entry_id
      order by l.day, l.occurred_at, l.entry_id, l.line`,
    [
      ...[account, currency, from, to],
      ...(after
        ? [after.day, after.occurredAt, after.entryId, after.line]
        : [from, '0001-01-01T00:00:00Z', '00000000-0000-0000-0000-000000000000', 0]),
      limit,
      ...(merchantId === undefined ? [] : [merchantId]),
    ],
  );
  return rows.map((row) => ({
    ...row,
    occurredAt: row.occurredAt.toISOString(),
    debit: Number(row.debit),
    credit: Number(row.credit),
  }));
}
