import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What orders are checked against: the order service's own copy of what the catalog and the
 * customer service have said, and of it no more than the check needs.
 */
export class OrderKnown1764140400104 implements MigrationInterface {
  readonly name = 'OrderKnown1764140400104';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table catalog_product (
        product_id text collate "C" primary key,
        unit_price bigint not null,
        currency   text not null,
        status     text not null,
        -- of the fact that said so; only a higher one replaces it
        revision   integer not null
      ) with (fillfactor = 80)`);
    await runner.query(`
      create table known_customer (
        customer_id text collate "C" primary key,
        status      text not null,
        revision    integer not null
      ) with (fillfactor = 80)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table catalog_product, known_customer');
  }
}
