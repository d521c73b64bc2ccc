import type { MigrationInterface, QueryRunner } from 'typeorm';
import { barrierV1Down, barrierV1Up } from '../../../migrations/shared/barrier-v1.js';
import { outboxV1Down, outboxV1Up } from '../../../migrations/shared/outbox-v1.js';
import { outboxV2Up } from '../../../migrations/shared/outbox-v2.js';

/** The one small write that each step of a participant is: it can happen once only. */
export class BenchParticipant1763726400901 implements MigrationInterface {
  readonly name = 'BenchParticipant1763726400901';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await outboxV2Up(runner);
    await barrierV1Up(runner);
    await runner.query(`
      create table bench_effect (
        order_id  text not null,
        step      text not null,
        amount    bigint not null,
        primary key (order_id, step)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table bench_effect');
    await barrierV1Down(runner);
    await outboxV1Down(runner);
  }
}

/** Orders as they were accepted. */
export class BenchAcceptance1763726400902 implements MigrationInterface {
  readonly name = 'BenchAcceptance1763726400902';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await outboxV2Up(runner);
    await runner.query(`
      create table bench_order (
        order_id     text primary key,
        amount       bigint not null,
        is_declined  boolean not null,
        accepted_at  timestamptz not null default now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table bench_order');
    await outboxV1Down(runner);
  }
}
