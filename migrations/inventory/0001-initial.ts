import type { MigrationInterface, QueryRunner } from 'typeorm';
import { barrierV1Down, barrierV1Up } from '../shared/barrier-v1.js';
import { effectTaskV1Down, effectTaskV1Up } from '../shared/effect-task-v1.js';
import { outboxV1Down, outboxV1Up } from '../shared/outbox-v1.js';

/** Stock and what is reserved of it, with the outbox and the barrier beside them. */
export class InventoryInitial1763726400201 implements MigrationInterface {
  readonly name = 'InventoryInitial1763726400201';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await barrierV1Up(runner);
    await effectTaskV1Up(runner);
    await runner.query(`
      create table stock (
        product_id text collate "C" primary key,
        on_hand    integer not null check (on_hand >= 0),
        reserved   integer not null default 0,
        -- grows by one with each change; the facts about the product carry it
        revision   integer not null,
        constraint stock_never_oversold check (reserved between 0 and on_hand)
      ) with (fillfactor = 50)`);
    await runner.query(`
      create table reservation (
        order_id     uuid primary key,
        -- to report to when it expires
        saga_id      text not null,
        business_key text not null,
        status       text not null check (status in ('held', 'secured', 'released', 'expired')),
        -- [{productId, quantity}], one line a product; json: only written and read whole
        lines        json not null,
        expires_at   timestamptz not null,
        -- pieces, added up over the order's whole life
        taken        bigint not null,
        returned     bigint not null,
        revision     integer not null,
        check (returned between 0 and taken)
      ) with (fillfactor = 80)`);
    await runner.query(
      `create index reservation_expiry on reservation (expires_at) where status = 'held'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table reservation, stock');
    await effectTaskV1Down(runner);
    await barrierV1Down(runner);
    await outboxV1Down(runner);
  }
}
