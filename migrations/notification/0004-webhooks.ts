import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Merchants' endpoints, and what is delivered to them. */
export class NotificationWebhooks1763726400504 implements MigrationInterface {
  readonly name = 'NotificationWebhooks1763726400504';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table webhook_endpoint (
        merchant_id     text primary key,
        url             text not null,
        events          text[] not null,
        enabled         boolean not null,
        -- why it was disabled by us
        disabled_reason text,
        -- sealed; the previous one signs along until its time is over
        secret          text not null,
        previous_secret text,
        previous_until  timestamptz,
        updated_at      timestamptz not null default now()
      )`);
    await runner.query(`
      create table webhook_delivery (
        -- <message>@<merchant>: the same message is never recorded twice
        delivery_id text primary key,
        merchant_id text not null,
        message_id  text not null,
        -- text, not json: what is signed is sent byte by byte
        body        text not null,
        status      text not null default 'recorded'
                    check (status in ('recorded', 'delivered', 'dropped', 'failed')),
        problem     text,
        recorded_at timestamptz not null default now(),
        settled_at  timestamptz
      ) with (fillfactor = 70)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table webhook_delivery');
    await runner.query('drop table webhook_endpoint');
  }
}
