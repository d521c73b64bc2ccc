import type { MigrationInterface, QueryRunner } from 'typeorm';
import { barrierV1Down, barrierV1Up } from '../shared/barrier-v1.js';
import { effectTaskV1Down, effectTaskV1Up } from '../shared/effect-task-v1.js';
import { outboxV1Down, outboxV1Up } from '../shared/outbox-v1.js';

/** Notices, with the outbox, the barrier and the workers' tasks beside them. */
export class NotificationInitial1763726400501 implements MigrationInterface {
  readonly name = 'NotificationInitial1763726400501';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await barrierV1Up(runner);
    await effectTaskV1Up(runner);
    await runner.query(`
      create table notice (
        -- <template>:<what it is about>: the same notice is never recorded twice
        notice_id    text primary key,
        template     text not null,
        subject_id   uuid not null,
        email        text not null,
        -- json, not jsonb: only written and read whole
        order_data   json not null,
        status       text not null check (status in ('recorded', 'sent', 'undeliverable')),
        problem_code text,
        recorded_at  timestamptz not null default now(),
        settled_at   timestamptz
      ) with (fillfactor = 70)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table notice');
    await effectTaskV1Down(runner);
    await barrierV1Down(runner);
    await outboxV1Down(runner);
  }
}
