import type { QueryRunner } from 'typeorm';

/**
 * What leased workers have to do outside of the database, one row a worker and subject, deleted
 * when done. `due_at` is when it may be taken next: the next try, or the end of the lease that
 * somebody holds (`lease_token` set), or infinity when it was given up.
 *
 * Rows live for milliseconds, so the table is vacuumed early.
 */
export async function effectTaskV1Up(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table effect_task (
      worker      text not null,
      subject     text not null,
      -- grows with each want; the task ends only with the revision that its run began with
      revision    integer not null,
      due_at      timestamptz not null,
      -- runs begun since it was last wanted
      attempts    integer not null,
      lease_token uuid,
      last_error  text,
      primary key (worker, subject)
    ) with (
      autovacuum_vacuum_threshold = 1000,
      autovacuum_vacuum_scale_factor = 0
    )`);
  await runner.query('create index effect_task_due on effect_task (worker, due_at)');
}

export async function effectTaskV1Down(runner: QueryRunner): Promise<void> {
  await runner.query('drop table effect_task');
}
