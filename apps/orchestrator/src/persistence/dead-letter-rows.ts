/** Writing dead letters, and what is decided about them: one statement a batch. */
import { jsonList, jsonListSql, type Database, type Tx } from '#messaging';
import type { DeadLetter } from '../domain/dead-letter.js';
import type { DeadLetterStatus, Judged, Meant, Original } from '../domain/redrive.js';
import type { Actor } from './interventions.js';

const STORE = `
  insert into dead_letter (id, topic, partition, "offset", key, code, message, readers, type, source,
    event_id, saga_id, died_at, attempt, redrive_of, not_after, truncated, unfit, whole_key, headers,
    value)
  select id, topic, partition, "offset", key, code, message, string_to_array(readers, ','), type,
         source, event_id, saga_id, died_at, attempt, redrive_of, not_after, truncated, unfit,
         whole_key, headers::json, value
    from unnest($1::uuid[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[], $7::text[],
      $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::timestamptz[], $14::int[],
      $15::uuid[], $16::timestamptz[], $17::bool[], $18::text[], $19::bytea[], ${jsonListSql('$20')},
      $21::bytea[])
      as letter (id, topic, partition, "offset", key, code, message, readers, type, source, event_id,
        saga_id, died_at, attempt, redrive_of, not_after, truncated, unfit, whole_key, headers, value)
  on conflict (id) do update set readers = dead_letter.readers || excluded.readers
    where not dead_letter.readers @> excluded.readers`;

/** One that is known adds nothing but a service that could not handle it either. */
export async function storeDeadLetters(tx: Tx, given: readonly DeadLetter[]): Promise<void> {
  const letters = distinct(given);
  if (letters.length === 0) return;
  const column = <Value>(of: (letter: DeadLetter) => Value): Value[] => letters.map(of);
  await tx.query(STORE, [
    column(({ id }) => id),
    column(({ topic }) => topic),
    column(({ partition }) => partition),
    column(({ offset }) => offset),
    column(({ key }) => key),
    column(({ code }) => code),
    column(({ message }) => message),
    column(({ readers }) => readers.map((reader) => reader.replaceAll(',', ' ')).join(',')),
    column(({ type }) => type),
    column(({ source }) => source),
    column(({ eventId }) => eventId),
    column(({ sagaId }) => sagaId),
    column(({ diedAt }) => diedAt.toISOString()),
    column(({ attempt }) => attempt),
    column(({ redriveOf }) => redriveOf),
    column(({ notAfter }) => notAfter?.toISOString() ?? null),
    column(({ truncated }) => truncated),
    column(({ unfit }) => unfit),
    column(({ wholeKey }) => wholeKey),
    jsonList(column(({ headers }) => headers)),
    column(({ value }) => value),
  ]);
}

/** By their ids, which is the order in which they are locked. */
function distinct(given: readonly DeadLetter[]): DeadLetter[] {
  const letters = new Map<string, DeadLetter>();
  for (const letter of given) {
    const before = letters.get(letter.id);
    const readers = [...new Set([...(before?.readers ?? []), ...letter.readers])];
    letters.set(letter.id, { ...(before ?? letter), readers });
  }
  return [...letters.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** What is decided about dead letters, by whom and why. */
export interface Decision {
  readonly status: Exclude<DeadLetterStatus, 'open'>;
  readonly actor: Actor;
  readonly reason: string;
}

/** A dead letter about which something is to be decided. */
export interface LockedLetter extends Judged, Meant {
  readonly id: string;
  readonly partition: number;
  readonly offset: string;
  /** Of its value and headers. */
  readonly bytes: number;
}

/** Locked in the order of their ids; whoever decides at the same moment waits, and sees the outcome. */
export const lockDeadLetters = (tx: Tx, ids: readonly string[]): Promise<LockedLetter[]> =>
  tx.query<LockedLetter>(
    `select id, topic, partition, "offset", code, unfit, not_after as "notAfter", status,
            closed_at as "closedAt", closed_by as "closedBy", closed_why as "closedWhy",
            event_id as "eventId", saga_id as "sagaId",
            coalesce(octet_length(value), 0) + octet_length(headers::text) as bytes
       from dead_letter where id = any($1::uuid[]) order by id for update`,
    [ids],
  );

/** @returns the originals, in no order */
export const closeDeadLetters = (
  tx: Tx,
  ids: readonly string[],
  { status, actor, reason }: Decision,
): Promise<Original[]> =>
  tx.query<Original>(
    `update dead_letter set status = $2, closed_at = now(), closed_by = $3, closed_why = $4
      where id = any($1::uuid[])
      returning id, topic, partition, attempt, whole_key as "wholeKey", headers,
                case when $2 = 'redriven' then value end as value`,
    [ids, status, actor.owner, reason],
  );

/** Ids of commands of these sagas that were sent again, and have not died again since. */
export async function commandsSentAgain(
  tx: Tx,
  sagaIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (sagaIds.length === 0) return new Set();
  const rows = await tx.query<{ id: string }>(
    `select event_id as id from dead_letter d
      where saga_id = any($1::text[]) and status = 'redriven' and topic like '%.commands'
        and not exists (select 1 from dead_letter again where again.redrive_of = d.id)`,
    [sagaIds],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Days after which one that was decided about is forgotten: longer than its topic keeps it. */
const KEEP_CLOSED_DAYS = 90;
/** Days after its death that one which nobody decided about is kept. */
const KEEP_OPEN_DAYS = 365;

/** @returns how many were forgotten, at most `limit` of each kind */
export async function forgetDeadLetters(database: Database, limit: number): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `with closed as (
       select id from dead_letter where closed_at < now() - $1 * interval '1 day'
        order by closed_at limit $3 for update skip locked
     ), open as (
       select id from dead_letter
        where status = 'open' and died_at < now() - $2 * interval '1 day'
          and stored_at < now() - $2 * interval '1 day'
        order by died_at limit $3 for update skip locked
     ), gone as (
       delete from dead_letter where id in (select id from closed union all select id from open)
        returning id
     )
     select count(*)::int as count from gone`,
    [KEEP_CLOSED_DAYS, KEEP_OPEN_DAYS, limit],
  );
  return row?.count ?? 0;
}
