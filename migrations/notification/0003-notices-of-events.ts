import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Notices that events ask for: over more than mail, in the reader's language, to contacts that are
 * kept for the events that come later. Replicas of before go on beside it: a short message lies in
 * columns, and under workers, that they do not look at.
 */
export class NotificationNoticesOfEvents1763726400503 implements MigrationInterface {
  readonly name = 'NotificationNoticesOfEvents1763726400503';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table notice
        add column channel text not null default 'email' check (channel in ('email', 'sms')),
        -- of a short message, which has no mail address
        add column phone text,
        alter column email drop not null,
        -- null: nobody said what the customer reads
        add column locale text`);
    await runner.query(`
      create table contact (
        order_id     uuid primary key,
        -- null: only events that wait for the order are known yet
        email        text,
        phone        text,
        locale       text,
        currency     text,
        total_amount bigint,
        created_at   timestamptz not null default now()
      )`);
    await runner.query('create index contact_awaited on contact (created_at) where email is null');
    await runner.query(`
      create table waiting_event (
        order_id   uuid not null,
        -- of its mail: the same event never waits twice
        notice_id  text not null,
        -- json, not jsonb: only written and read whole
        event      json not null,
        arrived_at timestamptz not null default now(),
        primary key (order_id, notice_id)
      )`);
    await runner.query('create index waiting_event_age on waiting_event (arrived_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table waiting_event');
    await runner.query('drop table contact');
    await runner.query(`delete from notice where channel <> 'email'`);
    await runner.query(`
      alter table notice
        drop column channel, drop column phone, drop column locale,
        alter column email set not null`);
  }
}
