import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The order service's own copy of who may sell, as far as orders are checked. */
export class OrderKnownMerchants1764201600108 implements MigrationInterface {
  readonly name = 'OrderKnownMerchants1764201600108';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table known_merchant (
        merchant_id text collate "C" primary key,
        status      text not null,
        -- of the fact that said so; only a higher one replaces it
        revision    integer not null
      ) with (fillfactor = 80)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table known_merchant');
  }
}
