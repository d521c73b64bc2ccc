import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the carrier has lost is given back like a return, except that nobody has asked for it. */
export class OrderLostParcels1764165000107 implements MigrationInterface {
  readonly name = 'OrderLostParcels1764165000107';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table order_return
        add column origin text not null default 'customer'
          check (origin in ('customer', 'parcel-lost'))`);
    // What is looked after now and then: few at any time.
    await runner.query(
      `create index order_return_unpaid on order_return (return_id)
        where origin = 'parcel-lost' and status = 'approved'`,
    );
    await runner.query(
      `create index orders_lost on orders (order_id)
        where status = 'shipped' and reason is not null`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index orders_lost, order_return_unpaid');
    await runner.query('alter table order_return drop column origin');
  }
}
