import type { Database } from '#messaging';
import type { SagaInstance } from '#saga';
import { fromRow, INSTANCE_COLUMNS, type InstanceRow } from './stored-instance.js';

export interface TimerPosition {
  readonly wakeAtMs: number;
  readonly id: string;
}

// Within a partition the index gives the minutes in their order, and what lies in one is sorted; the
// partitions there are, each by one look into the same index.
const NEXT = `
  with recursive known (partition) as (
    (select partition from saga_instance where wake_minute is not null order by partition limit 1)
    union all
    select (select partition from saga_instance
             where wake_minute is not null and partition > known.partition
             order by partition limit 1)
      from known where known.partition is not null),
  due (saga_id) as materialized (
    select s.id
      from (select partition from known where partition is not null) p
     cross join lateral (
       select id, wake_minute, wake_at from saga_instance
        where partition = p.partition
          and wake_minute >= saga_wake_minute(to_timestamp($1::float8 / 1000))
          and (wake_at, id) > (to_timestamp($1::float8 / 1000), $2::uuid)
          and wake_minute <= saga_wake_minute(to_timestamp($3::float8 / 1000))
          and wake_at <= to_timestamp($3::float8 / 1000)
        order by wake_minute, wake_at, id limit $4) s
     order by s.wake_at, s.id limit $4)
  select ${INSTANCE_COLUMNS} from saga_instance
   where id = any (array(select saga_id from due)) order by wake_at, id`;

/** Moments that Postgres and its minutes hold. */
const FIRST = { wakeAtMs: 0, id: '00000000-0000-0000-0000-000000000000' };
const NEVER_MS = Date.UTC(4000, 0, 1);

/** Sagas by when their timers are due, the first first; what is overdue is among them. */
export const nextTimers = async (
  database: Database,
  {
    untilMs = NEVER_MS,
    after = FIRST,
    limit,
  }: { readonly untilMs?: number; readonly after?: TimerPosition; readonly limit: number },
): Promise<SagaInstance[]> => {
  const until = Math.min(Math.max(untilMs, 0), NEVER_MS);
  const rows = await database.query<InstanceRow>(NEXT, [after.wakeAtMs, after.id, until, limit]);
  return rows.map((row) => fromRow(row).instance);
};
