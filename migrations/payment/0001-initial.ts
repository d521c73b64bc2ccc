import type { MigrationInterface, QueryRunner } from 'typeorm';
import { barrierV1Down, barrierV1Up } from '../shared/barrier-v1.js';
import { effectTaskV1Down, effectTaskV1Up } from '../shared/effect-task-v1.js';
import { outboxV1Down, outboxV1Up } from '../shared/outbox-v1.js';

/** Payments, with the outbox, the barrier and the workers' tasks beside them. */
export class PaymentInitial1763726400301 implements MigrationInterface {
  readonly name = 'PaymentInitial1763726400301';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await barrierV1Up(runner);
    await effectTaskV1Up(runner);
    await runner.query(`
      create table payment (
        -- one payment an order, for good
        order_id     uuid primary key,
        saga_id      text not null,
        customer_id  text not null,
        merchant_id  text not null,
        channel      text not null,
        method       text not null,
        currency     text not null,
        -- integer minor units, as all amounts
        amount       bigint not null check (amount >= 0),
        -- encrypted, and forgotten when the charge is decided
        sealed_token text,
        wanted       text not null check (wanted in ('captured', 'undone')),
        status       text not null check (status in ('accepted', 'intended', 'captured', 'declined',
                                                     'failed', 'canceled', 'refunded')),
        intent_id    text,
        captured     bigint not null default 0,
        refunded     bigint not null default 0 check (refunded >= 0),
        problem_code text,
        -- grows with each change; facts and effects carry it
        revision     integer not null,
        -- commands that wait for their final answer; json, not jsonb: only written and read whole
        charge_to    json not null,
        undo_to      json not null,
        created_at   timestamptz not null default now(),
        updated_at   timestamptz not null default now(),
        constraint payment_refund_within_capture check (refunded <= captured),
        constraint payment_intended check (status <> 'intended' or intent_id is not null)
      ) with (fillfactor = 70)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table payment');
    await effectTaskV1Down(runner);
    await barrierV1Down(runner);
    await outboxV1Down(runner);
  }
}
