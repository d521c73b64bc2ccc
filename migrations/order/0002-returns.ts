import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Goods of confirmed orders on their way back. */
export class OrderReturns1764072000102 implements MigrationInterface {
  readonly name = 'OrderReturns1764072000102';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table order_return (
        -- UUIDv7: ids sort by the time they were given out
        return_id       uuid primary key,
        order_id        uuid not null references orders (order_id),
        -- [{productId, quantity, unitPrice}], as they were paid for; json: only read whole
        items           json not null,
        -- integer minor units of the order's currency
        refund_amount   bigint not null check (refund_amount >= 0),
        -- why the customer sends them back, in the customer's words
        note            text,
        status          text not null check (status in ('requested', 'approved', 'received',
                                                        'completed', 'rejected')),
        -- why it was rejected
        reason          json,
        -- grows by one with each change
        revision        integer not null,
        idempotency_key text,
        -- of the request that came with the key
        request_hash    text,
        created_at      timestamptz not null,
        updated_at      timestamptz not null,
        check ((idempotency_key is null) = (request_hash is null))
      )`);
    await runner.query('create index order_return_by_order on order_return (order_id, return_id)');
    await runner.query(
      `create unique index order_return_idempotency_key on order_return (order_id, idempotency_key)
        where idempotency_key is not null`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table order_return');
  }
}
