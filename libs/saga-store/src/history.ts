/** The history of every instance: one row a message, never changed. */
import type { Database, Tx } from '#messaging';
import { utcDay, type HistoryEntry, type SagaInstance } from '#saga';

const APPEND = `
  insert into saga_history (started_on, saga_id, revision, at, entry)
  select started_on, saga_id, revision, to_timestamp(at / 1000), entry
    from unnest($1::date[], $2::uuid[], $3::int[], $4::float8[], $5::jsonb[])
      as n (started_on, saga_id, revision, at, entry)`;

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
    rows.map(({ entry }) => JSON.stringify(entry)),
  ]);
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
