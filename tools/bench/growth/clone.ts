/** SQL that makes many sagas out of one. Pure: names of columns in, statements out. */

/** How the clones of one day differ from the seed. */
export interface CloneDay {
  /** YYYY-MM-DD: when they began, and so the partition of their history. */
  readonly day: string;
  /** Number of its first clone, and of the one after its last. */
  readonly from: number;
  readonly to: number;
}

const DAY_MS = 86_400_000;
/** Every clone's key begins with it, no measured order's does. */
export const CLONE_KEY = 'clone-';
/** Of `saga.inbox`, whose messages know their saga by its partition. */
const PARTITIONS = 12;

/** $1: the seed's row as JSON, $2: first number, $3: last number, $4: epoch ms, $5: ms apart. */
const CLONES = `
  generate_series($2::bigint, $3::bigint) as n
  cross join lateral (select $4::float8 + (n - $2::bigint) * $5::float8 as began_ms) as began
  cross join lateral (
    select to_timestamp(began_ms / 1000) as began_at,
           -- a UUID of version 7, which grows with time as those of real sagas do
           (lpad(to_hex(began_ms::bigint), 12, '0') || '7' || left(md5(n::text), 3) || '8' ||
             substr(md5(n::text), 4, 15))::uuid as id
    offset 0) as clone`;

/**
 * What is in a clone's own documents stays the seed's, but for ids and times, which are told relative to
 * the row's: nobody searches it, it is as long, and to write it anew took twice the time.
 */
const OF_INSTANCE: Readonly<Record<string, string>> = {
  id: 'clone.id',
  business_key: `'${CLONE_KEY}' || n`,
  partition: `(n % ${PARTITIONS})::integer`,
  created_at: 'clone.began_at',
  updated_at: 'clone.began_at + (seed.updated_at - seed.created_at)',
  // Only a seed that waits has any: a month ahead and more, nowhere many at once.
  wake_at: `case when seed.wake_at is not null
    then now() + make_interval(days => 30, mins => (n % 43200)::integer) end`,
};

const OF_HISTORY: Readonly<Record<string, string>> = {
  started_on: `(clone.began_at at time zone 'UTC')::date`,
  saga_id: 'clone.id',
  at: 'clone.began_at + (seed.at - $6::timestamptz)',
};

/** `columns`: all but generated ones. */
export const cloneInstances = (columns: readonly string[]): string => `
  insert into saga_instance (${columns.join(', ')})
  select ${selected(columns, OF_INSTANCE)}
    from json_populate_record(null::saga_instance, $1::json) as seed
   cross join ${CLONES}`;

/**
 * `table`: the partition of that day. The seed's rows come as a JSON array. `offset 0` keeps the
 * planner from taking them one by one, which would scatter the rows of a saga over the table.
 */
export const cloneHistory = (table: string, columns: readonly string[]): string => `
  insert into ${table} (${columns.join(', ')})
  select ${selected(columns, OF_HISTORY)}
    from ${CLONES}
   cross join (
     select * from json_populate_recordset(null::saga_history, $1::json) offset 0) as seed`;

const selected = (columns: readonly string[], changed: Readonly<Record<string, string>>): string =>
  columns.map((column) => changed[column] ?? `seed.${column}`).join(', ');

/** The values of both statements, after the seed. */
export function cloneValues({ day, from, to }: CloneDay): [number, number, number, number] {
  return [from, to - 1, Date.parse(`${day}T00:00:00Z`), DAY_MS / (to - from)];
}

/** Spreads so many over the days evenly; days that get none are left out. */
export function spreadOverDays(count: number, days: readonly string[]): CloneDay[] {
  const at = (index: number) => Math.floor((count * index) / days.length);
  return days
    .map((day, index) => ({ day, from: at(index), to: at(index + 1) }))
    .filter(({ from, to }) => to > from);
}

/** The last so many days before this one, oldest first. */
export const daysBefore = (today: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    new Date(Date.parse(`${today}T00:00:00Z`) - (count - index) * DAY_MS)
      .toISOString()
      .slice(0, 10),
  );
