import type { MigrationInterface, QueryRunner } from 'typeorm';
import { outboxV1Down, outboxV1Up } from '../shared/outbox-v1.js';

/** Merchants, with the outbox beside them. */
export class MerchantInitial1764201600901 implements MigrationInterface {
  readonly name = 'MerchantInitial1764201600901';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await runner.query(`
      create table merchant (
        merchant_id     text collate "C" primary key,
        name            text not null,
        time_zone       text not null,
        status          text not null check (status in ('active', 'suspended')),
        -- why, in the words of whoever suspended the merchant
        suspend_reason  text,
        -- few of each, and always read and written together with the merchant
        fee_rates       json not null,
        payout_accounts json not null,
        -- hashes only
        api_keys        json not null,
        -- grows by one with each change; the facts about the merchant carry it
        revision        integer not null,
        check ((status = 'suspended') = (suspend_reason is not null))
      )`);
    await runner.query('create index merchant_by_status on merchant (status, merchant_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table merchant');
    await outboxV1Down(runner);
  }
}
