import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the carrier has lost is given back like a return, except that nobody has asked for it. */
export class OrderLostParcels1764165000107 implements MigrationInterface {
  readonly name = 'OrderLostParcels1764165000107';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table order_return
        add column origin text not null default 'customer'
          check (origin in ('customer', 'parcel-lost'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table order_return drop column origin');
  }
}
