/** Reads and locks the instances that a batch of messages concerns, in one statement. */
import type { Tx } from '#messaging';
import {
  fromRow,
  INSTANCE_COLUMNS,
  type InstanceRow,
  type StoredInstance,
} from './stored-instance.js';

export interface InstanceKey {
  readonly definition: string;
  readonly businessKey: string;
}

export interface Locked {
  /** The database's clock, epoch ms: every replica decides by the same one. */
  readonly now: number;
  readonly instances: readonly StoredInstance[];
}

// Locks are taken in the order of the ids, so that two batches never wait for each other in a ring.
const LOCK = `
  select clock.now_ms, i.*
    from (select (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms) clock
    left join lateral (
      select ${INSTANCE_COLUMNS}
        from saga_instance
       where id = any (array(
         select unnest($1::uuid[])
         union all
         select s.id
           from unnest($2::text[], $3::text[]) as k (definition, business_key)
           join saga_instance s using (definition, business_key)
         union all
         select woken.id
           from unnest($4::int[], $5::float8[], $6::int[]) as d (partition, before_ms, most)
          cross join lateral (
            select s.id
              from saga_instance s
             where s.partition = d.partition
               and s.wake_minute <= saga_wake_minute(to_timestamp(d.before_ms / 1000))
               and s.wake_at <= to_timestamp(d.before_ms / 1000)
             order by s.wake_at
             limit d.most
          ) woken
       ))
       order by id
         for update
    ) i on true`;

export interface LockRequest {
  readonly ids: readonly string[];
  readonly keys: readonly InstanceKey[];
  /** Instances whose timers are due as well. */
  readonly due?: readonly DueTimers[];
}

export interface DueTimers {
  readonly partition: number;
  /** At or before this moment, epoch ms. */
  readonly beforeMs: number;
  /** Those that were due first come first. */
  readonly limit: number;
}

export const lockInstances = async (tx: Tx, request: LockRequest): Promise<Locked> => {
  const { ids, keys, due = [] } = request;
  const rows = await tx.query<InstanceRow & { now_ms: number; id: string | null }>(LOCK, [
    ids,
    keys.map((key) => key.definition),
    keys.map((key) => key.businessKey),
    due.map(({ partition }) => partition),
    due.map(({ beforeMs }) => beforeMs),
    due.map(({ limit }) => limit),
  ]);
  const [first] = rows;
  if (!first) throw new Error('the database did not tell its time');
  return {
    now: Math.round(first.now_ms),
    instances: rows.filter((row) => row.id !== null).map(fromRow),
  };
};
