/** The audit log's table. Entries are only ever added, behind the last one. */
import { jsonListSql, jsonTexts, type Tx } from '#messaging';
import { NO_HEAD, type AuditEntry, type Head, type Previous } from '../domain/audit-entry.js';
import type { StoredEvent } from '../domain/stored-event.js';

/** Anything that runs a statement: the database itself, or a transaction. */
type Queries = Pick<Tx, 'query'>;

/** Until the end of the transaction nobody else adds entries; false where somebody does. */
export async function lockChain(tx: Tx): Promise<boolean> {
  const [row] = await tx.query<{ isMine: boolean }>(
    `select pg_try_advisory_xact_lock(hashtext('audit-chain')) as "isMine"`,
  );
  return row?.isMine === true;
}

export async function chainHead(database: Queries): Promise<Head & { readonly chainedAt?: Date }> {
  const [row] = await database.query<Head & { chainedAt: Date }>(
    `select n, xid::text, seq, encode(hash, 'hex') as hash, chained_at as "chainedAt"
       from audit_entry order by n desc limit 1`,
  );
  return row ?? NO_HEAD;
}

/**
 * Of each event the fact of the highest revision below its own that is known of the same thing.
 * @param events with revisions
 * @returns in the order of the events
 */
export async function previousOf(
  tx: Tx,
  events: readonly StoredEvent[],
): Promise<(Previous | undefined)[]> {
  if (events.length === 0) return [];
  const rows = await tx.query<Previous & { nth: string }>(
    `select row.nth, previous.*
       from unnest($1::text[], $2::text[], $3::bigint[])
              with ordinality as row (type, id, revision, nth)
         cross join lateral (
           select type, revision, data::text as data from event
            where aggregate_type = row.type and aggregate_id = row.id
              and revision < row.revision
            order by revision desc nulls last limit 1) as previous`,
    [
      events.map(({ aggregateType }) => aggregateType),
      events.map(({ aggregateId }) => aggregateId),
      events.map(({ revision }) => revision),
    ],
  );
  const found = new Map(rows.map(({ nth, ...previous }) => [Number(nth), previous]));
  return events.map((_, index) => found.get(index + 1));
}

const ADD = `
  insert into audit_entry (n, xid, seq, source, event_id, at, actor, action, object_type, object_id,
                           revision, cause, saga, previous_revision, changes, digest, chained_at,
                           hash)
  select n, xid::xid8, seq, source, event_id, at, actor, action, object_type, object_id, revision,
         cause, saga, previous_revision, changes::json, decode(digest, 'hex'), chained_at,
         decode(hash, 'hex')
    from unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[],
                $7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[], $12::text[],
                $13::text[], $14::bigint[], ${jsonListSql('$15')}, $16::text[], $17::timestamptz[],
                $18::text[])
      as row (n, xid, seq, source, event_id, at, actor, action, object_type, object_id, revision,
              cause, saga, previous_revision, changes, digest, chained_at, hash)`;

export async function addEntries(tx: Tx, entries: readonly AuditEntry[]): Promise<void> {
  await tx.query(ADD, [
    entries.map(({ n }) => n),
    entries.map(({ xid }) => xid),
    entries.map(({ seq }) => seq),
    entries.map(({ source }) => source),
    entries.map(({ eventId }) => eventId),
    entries.map(({ at }) => at),
    entries.map(({ actor }) => actor),
    entries.map(({ action }) => action),
    entries.map(({ objectType }) => objectType),
    entries.map(({ objectId }) => objectId),
    entries.map(({ revision }) => revision),
    entries.map(({ cause }) => cause),
    entries.map(({ saga }) => saga),
    entries.map(({ previousRevision }) => previousRevision),
    jsonTexts(entries.map(({ changes }) => changes ?? 'null')),
    entries.map(({ digest }) => digest),
    entries.map(({ chainedAt }) => chainedAt),
    entries.map(({ hash }) => hash),
  ]);
}

interface EntryRow extends Omit<AuditEntry, 'at' | 'chainedAt'> {
  readonly at: Date;
  readonly chainedAt: Date;
}

const COLUMNS = `n, xid::text, seq, source, event_id as "eventId", at, actor, action,
  object_type as "objectType", object_id as "objectId", revision, cause, saga,
  previous_revision as "previousRevision", changes::text as changes,
  encode(digest, 'hex') as digest, chained_at as "chainedAt", encode(hash, 'hex') as hash`;

const entryOfRow = ({ at, chainedAt, ...row }: EntryRow): AuditEntry => ({
  ...row,
  at: at.toISOString(),
  chainedAt: chainedAt.toISOString(),
});

/** By number. */
export async function entriesAfter(
  database: Queries,
  n: string,
  limit: number,
): Promise<AuditEntry[]> {
  const rows = await database.query<EntryRow>(
    `select ${COLUMNS} from audit_entry where n > $1 order by n limit $2`,
    [n, limit],
  );
  return rows.map(entryOfRow);
}

export interface EntryQuery {
  readonly actor?: string;
  readonly objectType?: string;
  /** Only with its type. */
  readonly objectId?: string;
  /** RFC 3339; `from` is in it, `to` is not. */
  readonly from?: string;
  readonly to?: string;
  /** Only entries that sort behind this one. */
  readonly before?: { readonly at: string; readonly n: string };
  readonly limit: number;
}

/** The newest first, by their own moments. The number of filters is small: each text has its plan. */
export async function listEntries(database: Queries, query: EntryQuery): Promise<AuditEntry[]> {
  const params: unknown[] = [query.limit];
  const conditions: string[] = [];
  const add = (value: unknown, condition: (parameter: string) => string): void => {
    if (value !== undefined) conditions.push(condition(`$${params.push(value)}`));
  };
  const { actor, objectType, objectId, from, to, before } = query;
  add(actor, (value) => `actor = ${value}`);
  add(objectType, (value) => `object_type = ${value}`);
  add(objectId, (value) => `object_id = ${value}`);
  add(from, (value) => `at >= ${value}::timestamptz`);
  add(to, (value) => `at < ${value}::timestamptz`);
  if (before) {
    const at = `$${params.push(before.at)}::timestamptz`;
    conditions.push(`(at, n) < (${at}, $${params.push(before.n)}::bigint)`);
  }
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  const rows = await database.query<EntryRow>(
    `select ${COLUMNS} from audit_entry ${where} order by at desc, n desc limit $1`,
    params,
  );
  return rows.map(entryOfRow);
}
