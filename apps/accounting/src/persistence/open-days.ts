import type { Tx } from '#messaging';

/** Bookings share it; closing a day has it alone. The database's own guard takes it as well. */
const LOCK = `hashtext('accounting.days')`;

/**
 * The last day that takes no entry any more; undefined while every day is open. It stays the last one
 * until the transaction ends.
 */
export async function lockOpenDays(tx: Tx): Promise<string | undefined> {
  // two statements: what was closed while the first one waited must be seen
  const [, rows] = await Promise.all([
    tx.query(`select pg_advisory_xact_lock_shared(${LOCK})`),
    tx.query<{ day: string | null }>(
      `select to_char(max(day), 'YYYY-MM-DD') as day from public.day_end`,
    ),
  ]);
  return rows[0]?.day ?? undefined;
}

/** Waits for the bookings that are under way, and keeps others from beginning. */
export async function lockDays(tx: Tx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(${LOCK})`);
}

/** In which days' books the live ledger has these entries; absent where it has not. */
export async function liveDays(
  tx: Tx,
  entryIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ id: string; day: string }>(
    `select entry_id as id, to_char(day, 'YYYY-MM-DD') as day from public.entry
      where entry_id = any($1::uuid[])`,
    [entryIds],
  );
  return new Map(rows.map(({ id, day }) => [id, day]));
}
