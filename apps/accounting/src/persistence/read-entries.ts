import type { Tx } from '#messaging';

export interface StoredLine {
  readonly account: string;
  readonly merchantId: string;
  readonly currency: string;
  readonly debit: number;
  readonly credit: number;
}

export interface StoredEntry {
  readonly entryId: string;
  readonly source: string;
  readonly eventId: string;
  readonly name: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly revision: number;
  readonly merchantId: string;
  readonly occurredAt: Date;
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly bookedAt: Date;
  /** In their order. */
  readonly lines: readonly StoredLine[];
}

type Row = Omit<StoredEntry, 'revision'> & { readonly revision: string };

/** A line's amounts are far below where JSON numbers lose their last digits. */
const COLUMNS = `e.entry_id as "entryId", e.source, e.event_id as "eventId", e.name,
  e.aggregate_type as "aggregateType", e.aggregate_id as "aggregateId", e.revision,
  e.merchant_id as "merchantId", e.occurred_at as "occurredAt",
  to_char(e.day, 'YYYY-MM-DD') as day, e.booked_at as "bookedAt",
  (select json_agg(json_build_object('account', l.account, 'merchantId', l.merchant_id,
            'currency', l.currency, 'debit', l.debit, 'credit', l.credit) order by l.line)
     from entry_line l where l.entry_id = e.entry_id) as lines`;

const entryOfRow = (row: Row): StoredEntry => ({ ...row, revision: Number(row.revision) });

export async function findEntry(tx: Tx, entryId: string): Promise<StoredEntry | undefined> {
  const [row] = await tx.query<Row>(`select ${COLUMNS} from entry e where e.entry_id = $1`, [
    entryId,
  ]);
  return row && entryOfRow(row);
}

/** A place in the order of day and entry id. */
export interface EntryPlace {
  readonly day: string;
  readonly entryId: string;
}

export type EntryFilter =
  | { readonly orderId: string }
  | { readonly withdrawalId: string }
  | { readonly merchantId: string }
  | { readonly day: string };

export const BEFORE_ALL: EntryPlace = {
  day: '0001-01-01',
  entryId: '00000000-0000-0000-0000-000000000000',
};

/** By day, then by entry id. Each kind of filter has an index that is in this order, or few entries. */
export async function listEntries(
  tx: Tx,
  filter: EntryFilter,
  {
    after = BEFORE_ALL,
    limit,
  }: { readonly after?: EntryPlace | undefined; readonly limit: number },
): Promise<StoredEntry[]> {
  const [condition, value] = conditionOf(filter);
  const rows = await tx.query<Row>(
    `select ${COLUMNS} from entry e
      where ${condition} and (e.day, e.entry_id) > ($2::date, $3::uuid)
      order by e.day, e.entry_id limit $4`,
    [value, after.day, after.entryId, limit],
  );
  return rows.map(entryOfRow);
}

function conditionOf(filter: EntryFilter): [condition: string, value: string] {
  if ('orderId' in filter) {
    return [`e.aggregate_id = $1 and e.aggregate_type = 'payment'`, filter.orderId];
  }
  if ('withdrawalId' in filter) {
    return [`e.aggregate_id = $1 and e.aggregate_type = 'withdrawal'`, filter.withdrawalId];
  }
  if ('merchantId' in filter) return ['e.merchant_id = $1', filter.merchantId];
  return ['e.day = $1::date', filter.day];
}
