/**
 * The history of every instance: one row a message, never changed. Kept for a quarter, by the day on
 * which the instance began; what is heard of one after that changes the instance alone.
 */
import { jsonListSql, jsonTexts, type Database, type Tx } from '#messaging';
import { utcDay, type HistoryEntry, type SagaInstance } from '#saga';

/** Days of which the history is kept, after the day itself. */
export const HISTORY_DAYS = 90;

const APPEND = `
  insert into saga_history (started_on, saga_id, revision, at, entry)
  select started_on, saga_id, revision, to_timestamp(at / 1000), entry::jsonb
    from unnest($1::date[], $2::uuid[], $3::int[], $4::float8[], ${jsonListSql('$5')})
      as n (started_on, saga_id, revision, at, entry)
   where started_on >= (now() at time zone 'UTC')::date - ${HISTORY_DAYS}
      or to_regclass('saga_history_' || to_char(started_on, 'YYYYMMDD')) is not null`;

export interface HistoryRow {
  readonly instance: SagaInstance;
  readonly entry: HistoryEntry;
}

export const appendHistory = async (tx: Tx, rows: readonly HistoryRow[]): Promise<void> => {
  if (rows.length === 0) return;
  await tx.query(APPEND, [
    rows.map(({ instance }) => utcDay(instance.createdAt)),
    rows.map(({ instance }) => instance.id),
    rows.map(({ entry }) => entry.revision),
    rows.map(({ entry }) => entry.at),
    jsonTexts(rows.map(({ entry }) => forJsonb(JSON.stringify(entry)))),
  ]);
};

/** `jsonb` takes neither NUL nor half a character, which a message may have. */
export const forJsonb = (json: string): string =>
  json.replace(/\\(?:u0000|ud[89a-f][\da-f]{2}|[^])/g, (escape) =>
    escape.length > 2 ? '\\ufffd' : escape,
  );

/** The histories of many instances in one statement, each oldest first, by the instance's id. */
export const readHistories = async (
  database: Database,
  instances: readonly SagaInstance[],
): Promise<ReadonlyMap<string, readonly HistoryEntry[]>> => {
  const rows = await database.query<{ saga_id: string; entry: HistoryEntry }>(
    `select h.saga_id, h.entry
       from unnest($1::date[], $2::uuid[]) as n (started_on, saga_id)
       join saga_history h using (started_on, saga_id)
      order by h.saga_id, h.revision`,
    [instances.map(({ createdAt }) => utcDay(createdAt)), instances.map(({ id }) => id)],
  );
  const histories = new Map<string, HistoryEntry[]>();
  for (const { saga_id: id, entry } of rows) {
    const known = histories.get(id);
    if (known) known.push(entry);
    else histories.set(id, [entry]);
  }
  return histories;
};

/** Oldest first. */
export const readHistory = async (
  database: Database,
  instance: SagaInstance,
): Promise<HistoryEntry[]> => {
  const rows = await database.query<{ entry: HistoryEntry }>(
    `select entry from saga_history where started_on = $1 and saga_id = $2 order by revision`,
    [utcDay(instance.createdAt), instance.id],
  );
  return rows.map((row) => row.entry);
};
