import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The transactional outbox.
 *
 * A writer is one process for as long as it holds its epoch; its rows are numbered by `seq` from
 * memory, so no sequence or lock is shared on the hot path. `outbox_writer.closed` is the gate: each
 * insert holds a share lock on its writer's row, and whoever takes over sets `closed`, which waits
 * for those locks and refuses all later ones. What is at or below `published_up_to` has reached the
 * broker. Rows are never updated or deleted; whole days are dropped.
 */
export async function outboxV1Up(runner: QueryRunner): Promise<void> {
  await runner.query(`
      create table outbox_writer (
        epoch     bigint generated always as identity primary key,
        owner     text not null,
        closed    boolean not null default false,
        opened_at timestamptz not null default now()
      )`);
  await runner.query(`
      create table outbox_watermark (
        epoch           bigint primary key references outbox_writer (epoch) on delete cascade,
        published_up_to bigint not null default 0,
        lease_until     timestamptz not null,
        behind_until    timestamptz,
        drained         boolean not null default false,
        drained_at      timestamptz
      ) with (fillfactor = 50)`);
  await runner.query(`create index on outbox_watermark (lease_until) where not drained`);
  await runner.query(`
      create table outbox (
        created_on date not null,
        epoch      bigint not null,
        seq        bigint not null,
        topic      text not null,
        partition  int,
        key        text not null,
        headers    json not null,
        value      text not null,
        primary key (epoch, seq, created_on)
      ) partition by range (created_on)`);
}

export async function outboxV1Down(runner: QueryRunner): Promise<void> {
  await runner.query('drop table outbox, outbox_watermark, outbox_writer');
}

/** For databases that hold nothing but an outbox. */
export class OutboxV11763700000000 implements MigrationInterface {
  readonly up = outboxV1Up;
  readonly down = outboxV1Down;
}
