import type { MigrationInterface, QueryRunner } from 'typeorm';
import { barrierV1Down, barrierV1Up } from '../shared/barrier-v1.js';
import { effectTaskV1Down, effectTaskV1Up } from '../shared/effect-task-v1.js';
import { outboxV1Down, outboxV1Up } from '../shared/outbox-v1.js';

/** Shipments, with the outbox, the barrier and the workers' tasks beside them. */
export class ShippingInitial1763726400401 implements MigrationInterface {
  readonly name = 'ShippingInitial1763726400401';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await barrierV1Up(runner);
    await effectTaskV1Up(runner);
    await runner.query(`
      create table shipment (
        -- one shipment an order, for good
        order_id         uuid primary key,
        saga_id          text not null,
        merchant_id      text not null,
        -- json, not jsonb: they are only written and read whole
        items            json not null,
        shipping_address json not null,
        status           text not null check (status in ('requested', 'created', 'refused', 'failed')),
        shipment_id      text,
        tracking_number  text,
        problem_code     text,
        -- grows with each change; facts carry it
        revision         integer not null,
        -- commands that wait for their final answer
        ship_to          json not null,
        created_at       timestamptz not null default now(),
        updated_at       timestamptz not null default now(),
        constraint shipment_numbered check
          (status <> 'created' or (shipment_id is not null and tracking_number is not null))
      ) with (fillfactor = 80)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table shipment');
    await effectTaskV1Down(runner);
    await barrierV1Down(runner);
    await outboxV1Down(runner);
  }
}
