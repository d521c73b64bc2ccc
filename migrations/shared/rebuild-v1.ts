import type { QueryRunner } from 'typeorm';

/**
 * Runs that build a reader's tables anew out of all facts, one row each. Of all replicas one does it
 * at a time; whoever stays silent for too long is taken for dead, and its run for failed.
 */
export async function rebuildV1Up(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table rebuild (
      rebuild_id   uuid primary key,
      -- whether the tables are to be replaced, or only compared
      swap         boolean not null,
      status       text not null check (status in ('running', 'done', 'failed')),
      -- host and process, for people
      owner        text not null,
      started_at   timestamptz not null default now(),
      heartbeat_at timestamptz not null default now(),
      ended_at     timestamptz,
      -- facts read so far, and those among them that break their contract
      events       bigint not null default 0,
      refused      bigint not null default 0,
      -- facts that only the live tables have, and only the rebuilt ones
      missing      bigint,
      ahead        bigint,
      live_hash    text,
      rebuilt_hash text,
      swapped      boolean not null default false,
      problem      text,
      check ((status = 'running') = (ended_at is null))
    )`);
  await runner.query(
    `create unique index rebuild_running on rebuild (status) where status = 'running'`,
  );
}

export async function rebuildV1Down(runner: QueryRunner): Promise<void> {
  await runner.query('drop schema if exists shadow cascade');
  await runner.query('drop table rebuild');
}
