import type { MigrationInterface, QueryRunner } from 'typeorm';
import { outboxV1Down, outboxV1Up } from '../shared/outbox-v1.js';
import { rebuildV1Down, rebuildV1Up } from '../shared/rebuild-v1.js';

/** Facts as far as figures follow from them, and the figures by day. */
export class AnalyticsInitial1764195200200 implements MigrationInterface {
  readonly name = 'AnalyticsInitial1764195200200';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await rebuildV1Up(runner);
    await runner.query(`
      create table fact (
        order_id      uuid not null,
        -- the type of the fact, numbered by the service
        kind          smallint not null,
        revision      integer not null,
        at            timestamptz not null,
        merchant_id   text collate "C" not null,
        channel       text collate "C" not null,
        currency      text collate "C" not null,
        amount        bigint not null,
        -- the fee of what was taken, all that was given back, or what is disputed
        moved         bigint not null,
        -- what was given back this time, where that is told
        given         bigint,
        fee_returned  bigint not null,
        chargeback_id text,
        primary key (order_id, kind, revision)
      )`);
    // Whose days move when a merchant's time zone becomes known.
    await runner.query('create index fact_by_merchant on fact (merchant_id, at, order_id)');
    await runner.query(`
      create table merchant_zone (
        merchant_id text collate "C" not null,
        revision    integer not null,
        at          timestamptz not null,
        time_zone   text not null,
        primary key (merchant_id, revision)
      )`);
    // What of each order is in the figures at this moment, whichever version of the service counted it.
    // Its row is the order's lock, too.
    await runner.query(`
      create table tally (
        order_id uuid primary key,
        counted  json not null default '[]'
      ) with (fillfactor = 80)`);
    await createMetrics(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['merchant_metric', 'channel_metric', 'payment_metric']) {
      await runner.query(`drop table ${table}`);
    }
    for (const table of ['tally', 'merchant_zone', 'fact'])
      await runner.query(`drop table ${table}`);
    await rebuildV1Down(runner);
    await outboxV1Down(runner);
  }
}

async function createMetrics(runner: QueryRunner): Promise<void> {
  for (const [table, dimension] of [
    ['payment_metric', 'merchant_id'],
    ['channel_metric', 'channel'],
  ]) {
    await runner.query(`
      create table ${table} (
        ${dimension}      text collate "C" not null,
        day               date not null,
        currency          text collate "C" not null,
        total             bigint not null,
        successful        bigint not null,
        failed            bigint not null,
        refunded          bigint not null,
        chargebacks       bigint not null,
        total_amount      bigint not null,
        successful_amount bigint not null,
        failed_amount     bigint not null,
        refunded_amount   bigint not null,
        chargeback_amount bigint not null,
        primary key (${dimension}, day, currency)
      ) with (fillfactor = 50)`);
  }
  await runner.query(`
    create table merchant_metric (
      merchant_id      text collate "C" not null,
      day              date not null,
      currency         text collate "C" not null,
      orders_completed bigint not null,
      orders_cancelled bigint not null,
      orders_returned  bigint not null,
      revenue          bigint not null,
      refunds          bigint not null,
      charged_back     bigint not null,
      fees             bigint not null,
      primary key (merchant_id, day, currency)
    ) with (fillfactor = 50)`);
}
