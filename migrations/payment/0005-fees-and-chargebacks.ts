import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What merchants pay, what customers' banks take back, and the books as others compare them. */
export class PaymentFeesAndChargebacks1764205200305 implements MigrationInterface {
  readonly name = 'PaymentFeesAndChargebacks1764205200305';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table known_merchant (
        merchant_id text collate "C" primary key,
        -- of the fact that said so; only a higher one replaces it
        revision    integer not null,
        -- json: only written and read whole
        fee_rates   json not null
      ) with (fillfactor = 80)`);
    await runner.query(`
      alter table payment
        -- decided together, once, as the money is recorded as taken
        add captured_at  timestamptz,
        add fee          bigint not null default 0 check (fee >= 0),
        add fee_rate_id  text,
        add fee_returned bigint not null default 0,
        -- [{chargebackId, disputed, reason, status}]; json: only written and read whole
        add chargebacks  json not null default '[]',
        -- one of them is open
        add is_disputed  boolean not null default false,
        add constraint payment_fee_within_capture check (fee <= captured),
        add constraint payment_fee_returned check (fee_returned in (0, fee))`);
    // Of what was taken before nobody knows when: a card within seconds of being asked for, which is
    // what counts without a time; anything else when it was written last, if nothing came after that.
    await runner.query(`
      update payment set captured_at = updated_at
       where captured > 0 and method <> 'credit_card' and wanted = 'captured' and refunded = 0`);
    // a day's books, page by page
    await runner.query(`
      create index payment_books on payment
        (((coalesce(captured_at, created_at) at time zone 'UTC')::date), order_id)
       where captured > 0`);
    // few, and looked at once a day
    await runner.query('create index payment_disputed on payment (order_id) where is_disputed');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index payment_books, payment_disputed');
    await runner.query(`
      alter table payment
        drop captured_at, drop fee, drop fee_rate_id, drop fee_returned, drop chargebacks,
        drop is_disputed`);
    await runner.query('drop table known_merchant');
  }
}
