import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Payments that take days, another card after a declined one, and what the provider tells us. */
export class PaymentSlowPayments1764133200303 implements MigrationInterface {
  readonly name = 'PaymentSlowPayments1764133200303';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table payment
        -- for the provider's instructions; forgotten when the charge is decided
        add email text,
        -- counts the cards that were given
        add attempt integer not null default 1,
        -- the provider's id of the attempt that was declined last
        add declined_attempt text,
        -- how the customer can pay; json: only written and read whole
        add instructions json,
        drop constraint payment_status_check,
        add constraint payment_status_check check (status in (
          'accepted', 'intended', 'captured', 'declined', 'expired', 'failed', 'canceled', 'refunded'))`);
    await runner.query(`
      create table provider_message (
        -- the provider's; it may come twice
        message_id  text not null,
        received_on date not null default current_date,
        type        text not null,
        order_id    uuid,
        received_at timestamptz not null default now(),
        primary key (message_id, received_on)
      ) partition by range (received_on)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table provider_message');
    await runner.query(`
      alter table payment
        drop email, drop attempt, drop declined_attempt, drop instructions,
        drop constraint payment_status_check,
        add constraint payment_status_check check (status in (
          'accepted', 'intended', 'captured', 'declined', 'failed', 'canceled', 'refunded'))`);
  }
}
