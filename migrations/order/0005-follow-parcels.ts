import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Orders follow their parcels to the door. What was confirmed before had a parcel that could not be
 * called back any more: it is on its way.
 */
export class OrderFollowParcels1764150000105 implements MigrationInterface {
  readonly name = 'OrderFollowParcels1764150000105';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table orders
        drop constraint orders_status_check,
        add constraint orders_status_check check (
          status in ('pending', 'confirmed', 'shipped', 'completed', 'cancelled', 'returned'))`);
    await runner.query(
      `update orders set status = 'shipped', revision = revision + 1 where status = 'confirmed'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      update orders set status = 'confirmed' where status in ('shipped', 'completed', 'returned')`);
    await runner.query(`
      alter table orders
        drop constraint orders_status_check,
        add constraint orders_status_check check (status in ('pending', 'confirmed', 'cancelled'))`);
  }
}
