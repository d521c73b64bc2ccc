/** Pages of the event store, in its order of reading. */
import { allStatements, type Database, type Tx } from '#messaging';
import { monthFrom } from '../domain/moment.js';
import type { Position, StoredEvent } from '../domain/stored-event.js';

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
  /** At most 1,000. */
  readonly limit: number;
  /** Only what transactions before this one have added. */
  readonly endXid?: string;
}

export interface EventPage {
  readonly events: readonly StoredEvent[];
  /** Reading on from here misses nothing and repeats nothing. */
  readonly cursor: Position;
  /** Whether there is more already. */
  readonly more: boolean;
  /** Every transaction below has ended, and what it added was seen. */
  readonly edge: string;
}

/** Data of one page: its events are all in memory at once. The first is there whatever its size. */
export const PAGE_BYTES = 8_000_000;
const DAY_MS = 86_400_000;

export const COLUMNS = `event.xid::text, event.seq::text, source, event_id as id, type, subject, time, at,
  topic, key, aggregate_type as "aggregateType", aggregate_id as "aggregateId", revision,
  data::text as data, correlation_id as correlationid, causation_id as causationid, traceparent,
  extensions`;

export const readEvents = (
  database: Pick<Database, 'transaction'>,
  query: EventQuery,
): Promise<EventPage> => database.transaction((tx) => readEventsIn(tx, query));

/** `there`: how many were found, with those that are left for the next page for their size. */
type Row = Partial<StoredEvent> & { readonly edge: string; readonly there: string };

export async function readEventsIn(tx: Tx, query: EventQuery): Promise<EventPage> {
  const { after, limit } = query;
  const { sql, params } = statementFor(query);
  const rows = await inOrder<Row>(tx, sql, params);
  const edge = rows[0]?.edge ?? '0';
  const found = rows.filter((row): row is StoredEvent & Row => typeof row.source === 'string');
  const events = found.slice(0, limit);
  const last = events.at(-1);
  const more = events.length < Number(found[0]?.there ?? 0);
  // All below the edge was looked at, so what comes later is at or above it.
  const end = { xid: edge, seq: '0' };
  const cursor = more ? placeOf(last ?? after) : later(after, end);
  return { events, cursor, more, edge };
}

/** All that a bitmap finds has to be sorted, however little of it is wanted. */
export async function inOrder<Found>(
  tx: Tx,
  sql: string,
  params: readonly unknown[],
): Promise<Found[]> {
  const told = tx.query('set local enable_bitmapscan = off');
  const asked = tx.query<Found>(sql, params);
  await allStatements([told, asked]);
  return asked;
}

const placeOf = ({ xid, seq }: Position): Position => ({ xid, seq });

const later = (a: Position, b: Position): Position => (BigInt(a.xid) >= BigInt(b.xid) ? a : b);

/**
 * All transactions of this database below it have ended. Those of other databases of the server do
 * not count: a reader's rebuild there waits for what is kept here, and must not hold it up itself.
 * One counts as ours unless it is known whose it is: a process, by its lock, which is in another
 * database. `pg_stat_activity` alone does not do: it looks up database and transaction one after
 * the other, and a connection of ours may have got the place of one that ended in between.
 */
const OLDEST = `least(
  (select coalesce(min(running.xid), pg_snapshot_xmax(pg_current_snapshot()))
     from pg_snapshot_xip(pg_current_snapshot()) as running (xid)
    where not exists (
      select from pg_locks as lock join pg_stat_activity as other using (pid)
       where lock.transactionid = running.xid::xid and lock.mode = 'ExclusiveLock'
         and other.backend_xid = running.xid::xid and other.datname <> current_database())),
  pg_current_xact_id_if_assigned(),
  case when pg_is_in_recovery() then pg_snapshot_xmin(pg_current_snapshot()) end)`;

/** Told to the planner as a number, it makes it read in order and stop. */
const MOST_READ = 1_001;
const KEY = 'month, xid, seq, at, name, aggregate_type';

type Along = readonly (readonly [column: string, value: string])[];

/** Where to look, and what for. */
interface Way {
  /** Columns that stand in the index before the order of reading. */
  readonly along: Along;
  /** Of partitions. */
  readonly months: readonly string[];
  readonly others: readonly string[];
  readonly isByTime: boolean;
}

/**
 * Reads one more than `limit`. The number of filters is small, so that each text has its plan. Each
 * reads along the one index that begins with `along` and ends with the order of reading, and sorts
 * at most a page: a plan must do for rare types and for frequent ones. So the columns of `along` are
 * bounded from both sides and not set equal, which other indexes could serve as well, and what else is
 * asked for is looked at behind a fence.
 */
function statementFor(query: EventQuery): { sql: string; params: unknown[] } {
  const params: unknown[] = [query.after.xid, query.after.seq, query.limit + 1];
  const param = (value: unknown): string => `$${params.push(value)}`;
  const { names, aggregateType, aggregateId, from, to, endXid } = query;
  const along: (readonly [column: string, value: string])[] = [];
  const others: string[] = [];
  const months: string[] = [];
  const isByName = names !== undefined && aggregateId === undefined;
  if (aggregateType !== undefined) {
    const type = param(aggregateType);
    if (isByName) others.push(`aggregate_type = ${type}`);
    else along.push(['aggregate_type', type]);
  }
  if (aggregateId !== undefined) along.push(['aggregate_id', param(aggregateId)]);
  if (isByName) along.push(['name', 'wanted.one']);
  else if (names !== undefined) others.push(`name = any(${param(names)}::text[])`);
  if (from !== undefined) {
    others.push(`at >= ${param(from)}::timestamptz`);
    months.push(`month >= ${param(monthFrom(Date.parse(from)))}::date`);
  }
  if (to !== undefined) {
    others.push(`at < ${param(to)}::timestamptz`);
    months.push(`month <= ${param(monthFrom(Date.parse(to)))}::date`);
  }
  const way = { along, months, others, isByTime: isShort(query) };
  const ways = [pick('event', way)];
  // Kept beside their months, as they were far ahead when they came.
  if (to !== undefined) ways.push(pick('event_ahead', { ...way, months: [] }));
  const wanted = isByName
    ? `unnest(${param(names)}::text[]) as wanted (one) cross join lateral`
    : '';
  const edge = endXid === undefined ? OLDEST : `least(${OLDEST}, ${param(endXid)}::xid8)`;
  const sql = `
    with edge as materialized (select ${edge} as xid)
    select edge.xid::text as edge, page.*
      from edge left join lateral (
        select ${COLUMNS}, there from (
          select event.*, count(*) over () as there,
                 sum(bytes) over (order by event.xid, event.seq) - bytes as before
            from (select picked.month, picked.xid, picked.seq
                    from ${wanted} (${ways.join(' union all ')}) as picked
                   order by picked.xid, picked.seq limit $3) as picked
              join event using (month, xid, seq)) as event
         where before < ${PAGE_BYTES}
         order by event.xid, event.seq) as page on true`;
  return { sql, params };
}

function pick(table: string, { along, months, others, isByTime }: Way): string {
  const columns = along.map(([column]) => `${column}, `).join('');
  const values = along.map(([, value]) => `${value}::text, `).join('');
  const places = [
    `(${columns}xid, seq) > (${values}$1::xid8, $2::bigint)`,
    columns === '' ? 'xid < edge.xid' : `(${columns}xid) < (${values}edge.xid)`,
    ...months,
  ].join(' and ');
  if (isByTime) {
    return `(select ${KEY} from ${table} where ${others.join(' and ')} and ${places} offset 0)`;
  }
  const ordered = `select ${KEY} from ${table} where ${places} order by ${columns}xid, seq`;
  if (others.length === 0) return `(${ordered} limit ${MOST_READ})`;
  return `(select * from (${ordered} offset 0) as fenced
            where ${others.join(' and ')} limit ${MOST_READ})`;
}

/** Few enough to be sorted; of longer times much of what lies along the way is wanted. */
const isShort = ({ aggregateType, names, from, to }: EventQuery): boolean =>
  aggregateType === undefined &&
  names === undefined &&
  from !== undefined &&
  to !== undefined &&
  Date.parse(to) - Date.parse(from) <= DAY_MS;
