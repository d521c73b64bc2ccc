import type { MigrationInterface, QueryRunner } from 'typeorm';
import { outboxV1Down, outboxV1Up } from '../shared/outbox-v1.js';

/** Products, with the outbox beside them. */
export class CatalogInitial1764140400701 implements MigrationInterface {
  readonly name = 'CatalogInitial1764140400701';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await runner.query(`
      create table product (
        product_id text collate "C" primary key,
        name       text not null,
        -- of one piece, in integer minor units
        unit_price bigint not null check (unit_price >= 0),
        currency   text not null,
        status     text not null check (status in ('active', 'withdrawn')),
        -- grows by one with each change; the facts about the product carry it
        revision   integer not null
      )`);
    await runner.query('create index product_by_status on product (status, product_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table product');
    await outboxV1Down(runner);
  }
}
