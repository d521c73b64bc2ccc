/** Pages of the event store, in its order of reading. */
import type { Tx } from '#messaging';
import { monthFrom } from '../domain/moment.js';

/** Anything that runs a statement: the database itself, or a transaction. */
type Queries = Pick<Tx, 'query'>;

/** A place in the order of reading. Both are whole numbers in decimal digits. */
export interface Position {
  readonly xid: string;
  readonly seq: string;
}

export const START: Position = { xid: '0', seq: '0' };

export interface EventFilter {
  /** Contract names, each once. */
  readonly names?: readonly string[];
  readonly aggregateType?: string;
  /** Only with its type. */
  readonly aggregateId?: string;
  /** RFC 3339; `from` is in it, `to` is not. */
  readonly from?: string;
  readonly to?: string;
}

export interface EventQuery extends EventFilter {
  readonly after: Position;
  readonly limit: number;
}

export interface StoredEvent extends Position {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly topic: string;
  readonly key: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
  /** int8. */
  readonly revision: string | null;
  /** JSON, to the letter as it was kept. */
  readonly data: string;
  readonly correlationid: string | null;
  readonly causationid: string | null;
  readonly traceparent: string | null;
  readonly extensions: Readonly<Record<string, string>> | null;
}

export interface EventPage {
  readonly events: readonly StoredEvent[];
  /** Reading on from here misses nothing and repeats nothing. */
  readonly cursor: Position;
  /** Whether there is more already. */
  readonly more: boolean;
  /** Every transaction below has ended: what it added was seen. */
  readonly edge: string;
}

/** Data of one page: its events are all in memory at once. The first is there whatever its size. */
const PAGE_BYTES = 8_000_000;
const DAY_MS = 86_400_000;

const COLUMNS = `event.xid::text, event.seq::text, source, event_id as id, type, subject, time, topic,
  key, aggregate_type as "aggregateType", aggregate_id as "aggregateId", revision,
  data::text as data, correlation_id as correlationid, causation_id as causationid, traceparent,
  extensions`;

export async function readEvents(database: Queries, query: EventQuery): Promise<EventPage> {
  const { after, limit } = query;
  const { sql, params } = statementFor(query);
  const rows = await database.query<Partial<StoredEvent> & { edge: string; before: string }>(
    sql,
    params,
  );
  const edge = rows[0]?.edge ?? '0';
  const found = rows.filter((row): row is StoredEvent & { edge: string; before: string } =>
    Boolean(row.source),
  );
  const events = found
    .slice(0, limit)
    .filter(({ before }, index) => index === 0 || Number(before) < PAGE_BYTES);
  const last = events.at(-1);
  const more = events.length < found.length;
  // All below the edge was looked at, so what comes later is at or above it.
  const end = { xid: edge, seq: '0' };
  const cursor = more && last ? { xid: last.xid, seq: last.seq } : later(after, end);
  return { events: events.map(({ edge: _, before: __, ...event }) => event), cursor, more, edge };
}

const later = (a: Position, b: Position): Position => (BigInt(a.xid) >= BigInt(b.xid) ? a : b);

/**
 * Reads one more than `limit`. The number of filters is small, so that each text has its plan; each
 * reads along the index that ends with the order of reading.
 */
function statementFor(query: EventQuery): { sql: string; params: unknown[] } {
  const params: unknown[] = [query.after.xid, query.after.seq, query.limit + 1];
  const param = (value: unknown): string => `$${params.push(value)}`;
  const { names, aggregateType, aggregateId, from, to } = query;
  const conditions = ['(xid, seq) > ($1::xid8, $2::bigint)', 'xid < edge.xid'];
  if (aggregateType !== undefined) conditions.push(`aggregate_type = ${param(aggregateType)}`);
  if (aggregateId !== undefined) conditions.push(`aggregate_id = ${param(aggregateId)}`);
  if (from !== undefined) {
    conditions.push(`at >= ${param(from)}::timestamptz`);
    conditions.push(`month >= ${param(monthFrom(Date.parse(from)))}::date`);
  }
  if (to !== undefined) {
    conditions.push(`at < ${param(to)}::timestamptz`);
    conditions.push(`(month <= ${param(monthFrom(Date.parse(to)))}::date or month = 'infinity')`);
  }
  const byName = names !== undefined && aggregateId === undefined;
  if (names !== undefined && !byName) conditions.push(`name = any(${param(names)}::text[])`);
  const along = `select month, xid, seq from event where ${conditions.join(' and ')}`;
  const page = 'order by xid, seq limit $3';
  const picked = byName
    ? `unnest(${param(names)}::text[]) as wanted (wanted_name)
         cross join lateral (${along} and name = wanted_name ${page}) as one`
    : isShort(query)
      ? `(${along} offset 0) as one`
      : `(${along} ${page}) as one`;
  const sql = `
    with edge as materialized (select pg_snapshot_xmin(pg_current_snapshot()) as xid)
    select edge.xid::text as edge, page.*
      from edge left join lateral (
        select ${COLUMNS}, sum(bytes) over (order by event.xid, event.seq) - bytes as before
          from (select one.* from ${picked} ${page}) as picked
            join event using (month, xid, seq)
         order by event.xid, event.seq) as page on true`;
  return { sql, params };
}

/** Few enough to be sorted; of longer times most that lies along the way is wanted. */
const isShort = ({ aggregateType, names, from, to }: EventQuery): boolean =>
  aggregateType === undefined &&
  names === undefined &&
  from !== undefined &&
  to !== undefined &&
  Date.parse(to) - Date.parse(from) <= DAY_MS;
