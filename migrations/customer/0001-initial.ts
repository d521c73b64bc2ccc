import type { MigrationInterface, QueryRunner } from 'typeorm';
import { outboxV1Down, outboxV1Up } from '../shared/outbox-v1.js';

/** Customers, with the outbox beside them. */
export class CustomerInitial1764140400801 implements MigrationInterface {
  readonly name = 'CustomerInitial1764140400801';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await runner.query(`
      create table customer (
        customer_id  text collate "C" primary key,
        name         text not null,
        email        text not null,
        phone        text,
        locale       text,
        status       text not null check (status in ('active', 'blocked')),
        -- why, in the words of whoever blocked the customer
        block_reason text,
        -- grows by one with each change; the facts about the customer carry it
        revision     integer not null,
        check ((status = 'blocked') = (block_reason is not null))
      )`);
    await runner.query('create index customer_by_status on customer (status, customer_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table customer');
    await outboxV1Down(runner);
  }
}
