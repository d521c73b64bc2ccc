import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Facts that are told again to one reader, and how far that has come. */
export class AuditReplays1764195200205 implements MigrationInterface {
  readonly name = 'AuditReplays1764195200205';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table replay (
        replay_id       uuid primary key,
        topic           text not null,
        -- which facts; json: only read whole
        filter          json not null,
        rate_per_second integer not null,
        status          text not null default 'running'
                          check (status in ('running', 'paused', 'cancelled', 'done')),
        -- the place of the last fact sent, in the order of reading
        after_xid       xid8 not null default '0',
        after_seq       bigint not null default 0,
        -- its own: facts of later transactions reach the reader by themselves
        end_xid         xid8 not null default pg_current_xact_id(),
        sent            bigint not null default 0,
        -- the broker would not take them; the last one's fault
        skipped         bigint not null default 0,
        problem         text,
        -- time of the last fact sent
        sent_until      text,
        -- the last of its rows in the outbox: who takes over waits for them to be published
        outbox_epoch    bigint,
        outbox_seq      bigint,
        -- grows with each runner: one that slept past its lease finds another number here
        fence           bigint not null default 0,
        lease_until     timestamptz not null default now(),
        created_at      timestamptz not null default now(),
        ended_at        timestamptz,
        check ((status in ('cancelled', 'done')) = (ended_at is not null))
      )`);
    await runner.query(`
      create index replay_to_run on replay (lease_until) where status = 'running'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table replay');
  }
}
