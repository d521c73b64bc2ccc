import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What has happened to each order, in its order; and the indexes that a shop searches by. */
export class OrderHistory1764150600106 implements MigrationInterface {
  readonly name = 'OrderHistory1764150600106';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table order_event (
        -- no foreign key: it would be asked for each row, and nobody deletes an order
        order_id uuid not null,
        -- 1, 2, 3, … within the order, in the order of the commits: whoever writes holds its row
        seq      integer not null check (seq > 0),
        type     text not null,
        -- the order's, after it
        status   text not null,
        revision integer not null,
        -- {reason, trackingNumber, returnId}, as far as there are; json: only read whole
        details  json,
        at       timestamptz not null,
        primary key (order_id, seq)
      )`);
    // Each with the id behind it, as what is found is shown newest first.
    await runner.query('create index orders_by_merchant on orders (merchant_id, status, order_id)');
    await runner.query(
      'create index orders_by_email on orders (lower(email) collate "C", order_id)',
    );
    // No longer than a row of an index may be: what a carrier calls its parcel must not stop an order.
    await runner.query(
      `create index orders_by_tracking_number on orders (left(tracking_number, 200), order_id)
        where tracking_number is not null`,
    );
    // Orders of before have no more to tell than where they began and where they stand.
    await runner.query(`
      insert into order_event (order_id, seq, type, status, revision, details, at)
      select orders.order_id, entry.*
        from orders cross join lateral (
          select 1, 'created', 'pending', 1, null::json, created_at
          union all
          select 2, status, status, revision,
                 -- never read, for what came from outside may hold what cannot be read
                 case when reason is not null and tracking_number is not null
                      then json_build_object('reason', reason, 'trackingNumber', tracking_number)
                      when reason is not null then json_build_object('reason', reason)
                      when tracking_number is not null
                      then json_build_object('trackingNumber', tracking_number) end,
                 updated_at
           where status <> 'pending') as entry`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table order_event');
    await runner.query('drop index orders_by_merchant, orders_by_email, orders_by_tracking_number');
  }
}
