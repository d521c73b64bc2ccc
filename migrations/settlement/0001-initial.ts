import type { MigrationInterface, QueryRunner } from 'typeorm';
import { barrierV1Down, barrierV1Up } from '../shared/barrier-v1.js';
import { outboxV1Down, outboxV1Up } from '../shared/outbox-v1.js';

/** What orders have brought, what was settled of it, and what merchants may draw. */
export class SettlementInitial1764195200202 implements MigrationInterface {
  readonly name = 'SettlementInitial1764195200202';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await barrierV1Up(runner);
    await ordersUp(runner);
    await batchesUp(runner);
    await balancesUp(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table withdrawal_hold, balance, settlement_line, settlement, batch,
      known_merchant, order_fact, order_money`);
    await barrierV1Down(runner);
    await outboxV1Down(runner);
  }
}

async function ordersUp(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table order_money (
      order_id            uuid primary key,
      merchant_id         text collate "C" not null,
      currency            text collate "C" not null,
      -- null: not known to be paid, so that nothing of it may be settled
      captured            bigint,
      -- taken less given back
      fees                bigint not null default 0,
      refunded            bigint not null default 0,
      -- opened less won
      chargebacks         bigint not null default 0,
      -- delivered, or, with at_once, when all that was captured had been given back
      due_from            timestamptz,
      at_once             boolean not null default false,
      completed_at        timestamptz,
      -- what batches have settled of it so far
      settled_gross       bigint not null default 0,
      settled_fees        bigint not null default 0,
      settled_refunds     bigint not null default 0,
      settled_chargebacks bigint not null default 0,
      -- something of it is not settled
      open                boolean not null generated always as (
        captured is not null and (captured, fees, refunded, chargebacks)
          <> (settled_gross, settled_fees, settled_refunds, settled_chargebacks)) stored
    ) with (fillfactor = 80)`);
  await runner.query(`
    create index order_money_open on order_money
      (merchant_id, currency, at_once, due_from) where open`);
  // What each fact says of its order, in two numbers; the order's row is made of these again and again.
  await runner.query(`
    create table order_fact (
      order_id uuid not null,
      type     text collate "C" not null,
      revision integer not null,
      at       timestamptz not null,
      amount   bigint not null,
      fee      bigint not null,
      -- the chargeback's id
      subject  text,
      primary key (order_id, type, revision)
    )`);
  await runner.query(`
    create table known_merchant (
      merchant_id text collate "C" primary key,
      name        text not null,
      revision    integer not null
    )`);
}

async function batchesUp(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table batch (
      batch_no       bigint generated always as identity primary key,
      batch_id       text collate "C" not null unique,
      -- what fell due before it; the holding period is the one of when the batch was opened
      cutoff         timestamptz not null,
      holding_ms     bigint not null,
      state          text not null check (state in ('running', 'done')),
      -- the last share it has looked at
      after_merchant text collate "C" not null default '',
      after_currency text collate "C" not null default '',
      opened_at      timestamptz not null,
      finished_at    timestamptz
    )`);
  await runner.query(`create index batch_running on batch (batch_no) where state = 'running'`);
  await runner.query(`
    create table settlement (
      settlement_no bigint generated always as identity primary key,
      settlement_id text collate "C" not null unique,
      batch_id      text collate "C" not null,
      merchant_id   text collate "C" not null,
      currency      text collate "C" not null,
      orders        integer not null check (orders > 0),
      gross         bigint not null,
      fees          bigint not null,
      refunds       bigint not null,
      chargebacks   bigint not null,
      net           bigint not null check (net > 0 and net = gross - fees - refunds - chargebacks),
      cutoff        timestamptz not null,
      settled_at    timestamptz not null,
      unique (batch_id, merchant_id, currency)
    )`);
  await runner.query(
    `create index settlement_of_merchant on settlement (merchant_id, settlement_no)`,
  );
  await runner.query(
    `create index settlement_of_share on settlement (merchant_id, currency, settlement_no)`,
  );
  // What changed on each order since it was settled before; all of an order's lines add up to what is
  // settled of it.
  await runner.query(`
    create table settlement_line (
      settlement_id text collate "C" not null,
      order_id      uuid not null,
      gross         bigint not null,
      fees          bigint not null,
      refunds       bigint not null,
      chargebacks   bigint not null,
      primary key (settlement_id, order_id)
    )`);
  await runner.query(`create index settlement_line_of_order on settlement_line (order_id)`);
}

async function balancesUp(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table balance (
      merchant_id text collate "C" not null,
      currency    text collate "C" not null,
      available   bigint not null default 0 check (available >= 0),
      held        bigint not null default 0 check (held >= 0),
      -- added up over all times
      settled     bigint not null default 0,
      drawn       bigint not null default 0,
      -- grows by one with each change; the facts about the balance carry it
      revision    integer not null default 0,
      primary key (merchant_id, currency),
      constraint balance_adds_up check (available + held + drawn = settled)
    ) with (fillfactor = 50)`);
  await runner.query(`
    create table withdrawal_hold (
      withdrawal_id uuid primary key,
      merchant_id   text collate "C" not null,
      currency      text collate "C" not null,
      amount        bigint not null check (amount > 0),
      status        text not null check (status in ('held', 'released', 'drawn')),
      -- UTC day, which it counts against
      held_on       date not null,
      -- added up over the withdrawal's whole life
      taken         bigint not null,
      returned      bigint not null,
      revision      integer not null,
      check (returned between 0 and taken)
    ) with (fillfactor = 80)`);
  await runner.query(`
    create index withdrawal_hold_of_day on withdrawal_hold (merchant_id, currency, held_on)
      where status <> 'released'`);
}
