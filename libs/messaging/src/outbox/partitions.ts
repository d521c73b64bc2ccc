import type { Tx } from '../database.js';
import type { DayPartition, PartitionedTable } from '../partitions.js';

/** A day of the outbox may go when no row of it waits above the watermark of a living epoch. */
const WAITING = `
  select exists (
    select from outbox_watermark as mark
    where not mark.drained and exists (
      select from outbox
      where outbox.epoch = mark.epoch and outbox.seq > mark.published_up_to
        and outbox.created_on >= $1::date and outbox.created_on < $2::date)) as waiting`;

export const OUTBOX_TABLE: PartitionedTable = {
  table: 'outbox',
  column: 'created_on',
  keepDays: 1,
  aheadDays: 7,
  droppable: async (tx: Tx, { from, to }: DayPartition) => {
    const [row] = await tx.query<{ waiting: boolean }>(WAITING, [from, to]);
    return row?.waiting === false;
  },
};
