import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How far the outbox has been published but for topics that cannot be written to. What is at or below
 * `others_up_to` has reached the broker, unless it is for one of `stuck_topics`. A writer of before
 * leaves the three columns as they are, and what they say stays true.
 */
export async function outboxV2Up(runner: QueryRunner): Promise<void> {
  await runner.query(`
      alter table outbox_watermark
        add column stuck_topics        text[] not null default '{}',
        add column others_up_to        bigint not null default 0,
        add column others_behind_until timestamptz`);
}

export async function outboxV2Down(runner: QueryRunner): Promise<void> {
  await runner.query(`
      alter table outbox_watermark
        drop column stuck_topics, drop column others_up_to, drop column others_behind_until`);
}

/** The same for each database that has an outbox. */
export class OutboxV21764313200000 implements MigrationInterface {
  readonly name = 'OutboxV21764313200000';
  readonly up = outboxV2Up;
  readonly down = outboxV2Down;
}
