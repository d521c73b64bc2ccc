import type { MigrationInterface, QueryRunner } from 'typeorm';
import { barrierV1Down, barrierV1Up } from '../shared/barrier-v1.js';
import { outboxV1Down, outboxV1Up } from '../shared/outbox-v1.js';

/** Orders, with the outbox and the barrier beside them. */
export class OrderInitial1763726400101 implements MigrationInterface {
  readonly name = 'OrderInitial1763726400101';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await barrierV1Up(runner);
    await runner.query(`
      create table orders (
        -- UUIDv7: ids sort by the time they were given out, so they page the list, newest first
        order_id         uuid primary key,
        customer_id      text not null,
        merchant_id      text not null,
        channel          text not null,
        currency         text not null,
        -- integer minor units
        total_amount     bigint not null check (total_amount >= 0),
        -- json, not jsonb: it is only written and read whole
        items            json not null,
        shipping_address json not null,
        email            text not null,
        -- the card token itself is never kept here
        payment_method   text not null,
        status           text not null check (status in ('pending', 'confirmed', 'cancelled')),
        reason           json,
        tracking_number  text,
        -- grows by one with each change; the facts about the order carry it
        revision         integer not null,
        idempotency_key  text,
        -- of the request that came with the key
        request_hash     text,
        created_at       timestamptz not null,
        updated_at       timestamptz not null,
        check ((idempotency_key is null) = (request_hash is null))
      )`);
    await runner.query(
      `create unique index orders_idempotency_key on orders (idempotency_key)
        where idempotency_key is not null`,
    );
    await runner.query('create index orders_by_status on orders (status, order_id)');
    await runner.query('create index orders_by_customer on orders (customer_id, order_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table orders');
    await barrierV1Down(runner);
    await outboxV1Down(runner);
  }
}
