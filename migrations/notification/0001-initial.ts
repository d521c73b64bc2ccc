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
        -- template and what it is about, so that the same notice exists once, for good
        notice_id    text primary key,
        template     text not null,
        subject_id   uuid not null,
        recipient    text not null,
        -- json, not jsonb: it is only written and read whole
        data         json not null,
        status       text not null check (status in ('recorded', 'sent', 'refused', 'failed')),
        problem      text,
        recorded_at  timestamptz not null default now(),
        settled_at   timestamptz
      ) with (fillfactor = 80)`);
    await runner.query('create index notice_by_subject on notice (subject_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table notice');
    await effectTaskV1Down(runner);
    await barrierV1Down(runner);
    await outboxV1Down(runner);
  }
}
