/** Which daily partitions a table should have. Pure; `partition-upkeep.ts` makes it so. */
import type { Tx } from './database.js';

/** One UTC day of a partitioned table. `from` and `to` are dates (YYYY-MM-DD), `to` exclusive. */
export interface DayPartition {
  readonly table: string;
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** A table that is `partition by range` of a date, one partition a UTC day. */
export interface PartitionedTable {
  readonly table: string;
  /** The date column it is partitioned by. */
  readonly column: string;
  /** Days that are kept after the day itself has passed. */
  readonly keepDays: number;
  /** Partitions made in advance, today's not counted. */
  readonly aheadDays: number;
  /** Partitions made for days gone by, for rows that are dated by somebody else. Default 0. */
  readonly backDays?: number;
  /** Asked before a partition past its time is dropped; by default it may be. */
  readonly droppable?: (tx: Tx, partition: DayPartition) => Promise<boolean>;
}

export interface PartitionPlan {
  readonly create: readonly DayPartition[];
  /** Past their time, oldest first. */
  readonly drop: readonly DayPartition[];
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** @param today YYYY-MM-DD, of the database's clock */
export function planPartitions(
  { table, keepDays, aheadDays, backDays = 0 }: PartitionedTable,
  existing: readonly string[],
  today: string,
): PartitionPlan {
  const there = new Set(existing);
  const create: DayPartition[] = [];
  for (let offset = -Math.min(backDays, keepDays); offset <= aheadDays; offset += 1) {
    const partition = dayPartition(table, addDays(today, offset));
    if (!there.has(partition.name)) create.push(partition);
  }
  const oldest = dayPartition(table, addDays(today, -keepDays)).name;
  const drop = existing
    .filter((name) => name < oldest)
    .toSorted()
    .flatMap((name) => {
      const day = dayOf(table, name);
      return day === undefined ? [] : [dayPartition(table, day)];
    });
  return { create, drop };
}

export const dayPartition = (table: string, day: string): DayPartition => ({
  table,
  name: `${table}_${day.replaceAll('-', '')}`,
  from: day,
  to: addDays(day, 1),
});

const dayOf = (table: string, name: string): string | undefined => {
  const [, year, month, day] = /_(\d{4})(\d{2})(\d{2})$/.exec(name.slice(table.length)) ?? [];
  return name.startsWith(table) && year && month && day ? `${year}-${month}-${day}` : undefined;
};

const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
