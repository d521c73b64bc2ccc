import type { Tx } from '#messaging';

const ENTRY = `entry_id, source, event_id, name, aggregate_type, aggregate_id, revision, merchant_id,
  occurred_at, day, lines, content, refund_from, refund_to`;

/** In the one and not in the other, whichever that is. */
const differing = (columns: string, table: string): string => `
  (select ${columns} from public.${table} where day <= $1::date
   except select ${columns} from shadow.${table} where day <= $1::date)
  union all
  (select ${columns} from shadow.${table} where day <= $1::date
   except select ${columns} from public.${table} where day <= $1::date)`;

/**
 * Closed days whose entries or lines are others in the rebuilt ledger: their hashes are no longer those
 * of their entries.
 * @returns YYYY-MM-DD, the first first
 */
export async function changedClosedDays(tx: Tx): Promise<string[]> {
  const [last] = await tx.query<{ day: string | null }>(
    `select to_char(max(day), 'YYYY-MM-DD') as day from public.day_end`,
  );
  if (typeof last?.day !== 'string') return [];
  const rows = await tx.query<{ day: string }>(
    `select distinct to_char(day, 'YYYY-MM-DD') as day from (
       select day from (${differing(ENTRY, 'entry')}) as entries
       union all
       select day from (${differing('*', 'entry_line')}) as lines) as differing
      order by day`,
    [last.day],
  );
  return rows.map(({ day }) => day);
}
