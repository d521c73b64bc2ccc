import type { PartitionedTable } from '#messaging';
import { HISTORY_DAYS } from '#saga-store';

/** History is kept for a quarter; a day is not dropped while a saga that began on it still runs. */
export const HISTORY_TABLE: PartitionedTable = {
  table: 'saga_history',
  column: 'started_on',
  keepDays: HISTORY_DAYS,
  aheadDays: 3,
  backDays: 1,
  droppable: async (tx, { from, to }) => {
    const [row] = await tx.query<{ live: boolean }>(
      `select exists (
         select 1 from saga_instance
          where created_at >= $1::date and created_at < $2::date
            and state not in ('completed', 'compensated')) as live`,
      [from, to],
    );
    return row?.live === false;
  },
};
