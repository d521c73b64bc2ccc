import type { MigrationInterface, QueryRunner } from 'typeorm';
import { outboxV1Down, outboxV1Up } from '../shared/outbox-v1.js';

/** Instances with their timers, their history by the day they began, and the outbox. */
export class Initial1763726400001 implements MigrationInterface {
  readonly name = 'Initial1763726400001';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await runner.query(`
      create table saga_instance (
        id            uuid primary key,
        definition    text not null,
        version       integer not null,
        business_key  text not null,
        revision      integer not null,
        state         text not null,
        attention     text,
        -- the partition of saga.inbox that all of its messages arrive in
        partition     integer not null,
        wake_at       timestamptz,
        -- position in the outbox of the last commands, whose clock starts at publication
        outbox_epoch  bigint,
        outbox_seq    bigint,
        created_at    timestamptz not null,
        updated_at    timestamptz not null,
        body          jsonb not null,
        constraint saga_instance_once unique (definition, business_key)
      )`);
    await runner.query(
      `create index saga_instance_timer on saga_instance (partition, wake_at)
        where wake_at is not null`,
    );
    await runner.query(`create index saga_instance_by_state on saga_instance (state, id)`);
    await runner.query(
      `create index saga_instance_by_business_key on saga_instance (business_key)`,
    );
    await runner.query(
      `create index saga_instance_attention on saga_instance (id) where attention is not null`,
    );
    await runner.query(`
      create table saga_history (
        -- day the instance began, so that one instance's history lies in one partition
        started_on    date not null,
        saga_id       uuid not null,
        revision      integer not null,
        at            timestamptz not null,
        entry         jsonb not null,
        primary key (started_on, saga_id, revision)
      ) partition by range (started_on)`);
    await runner.query(`
      create table saga_tick (
        partition     integer primary key,
        ticked_at     timestamptz not null,
        outstanding   boolean not null
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table saga_tick, saga_history, saga_instance');
    await outboxV1Down(runner);
  }
}
