/**
 * Timers are rows (`wake_at`), and they fire through the log: when some are due in a partition, a
 * tick is written into that partition of `saga.inbox`, and only when the tick is read do they take
 * effect. So everything that lay in the partition before has been handled first, an outage of the
 * broker fires nothing, and no replica needs to know which partitions it owns.
 *
 * They are found by the minute (`wake_minute`), which seldom changes when a timer moves: an update
 * that changes nothing indexed stays within its page.
 */
import type { Tx } from '#messaging';

/** A tick that was lost is written again after this. */
const LOST_AFTER_S = 30;

// The row lock makes one replica write the tick; the others find it outstanding.
const CLAIM = `
  update saga_tick t
     set ticked_at = clock_timestamp(), outstanding = true
   where (not t.outstanding or t.ticked_at < now() - make_interval(secs => $1))
     and exists (select 1 from saga_instance i
                  where i.partition = t.partition
                    and i.wake_minute <= saga_wake_minute(now()) and i.wake_at <= now())
  returning t.partition, (extract(epoch from now()) * 1000)::float8 as due_before_ms`;

export interface DueTick {
  readonly partition: number;
  readonly dueBeforeMs: number;
}

/** Partitions with due timers and no tick on its way; they count as ticked from now on. */
export const claimTicks = async (tx: Tx): Promise<readonly DueTick[]> => {
  const rows = await tx.query<{ partition: number; due_before_ms: number }>(CLAIM, [LOST_AFTER_S]);
  return rows.map((row) => ({
    partition: row.partition,
    dueBeforeMs: Math.floor(row.due_before_ms),
  }));
};

export const ensureTickRows = async (tx: Tx, partitions: number): Promise<void> => {
  await tx.query(
    `insert into saga_tick (partition, ticked_at, outstanding)
     select p, 'epoch', false from generate_series(0, $1 - 1) as p
     on conflict do nothing`,
    [partitions],
  );
};

/** Their ticks have been read; timers that became due since may be ticked for. */
export const ticksHandled = async (tx: Tx, partitions: readonly number[]): Promise<void> => {
  await tx.query(`update saga_tick set outstanding = false where partition = any($1::int[])`, [
    partitions,
  ]);
};
