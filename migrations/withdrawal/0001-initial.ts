import type { MigrationInterface, QueryRunner } from 'typeorm';
import { barrierV1Down, barrierV1Up } from '../shared/barrier-v1.js';
import { effectTaskV1Down, effectTaskV1Up } from '../shared/effect-task-v1.js';
import { outboxV1Down, outboxV1Up } from '../shared/outbox-v1.js';

/** Withdrawals and who may ask for them, with outbox, barrier and the workers' tasks beside them. */
export class WithdrawalInitial1764195200203 implements MigrationInterface {
  readonly name = 'WithdrawalInitial1764195200203';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await barrierV1Up(runner);
    await effectTaskV1Up(runner);
    await runner.query(`
      create table known_merchant (
        merchant_id text collate "C" primary key,
        status      text not null,
        -- one a currency; json, not jsonb: only read and written whole
        accounts    json not null,
        -- of the fact that said so; only a higher one replaces it
        revision    integer not null
      ) with (fillfactor = 80)`);
    await runner.query(`
      create table withdrawal (
        -- UUIDv7: ids sort by the time they were given out, so they page the list, newest first
        withdrawal_id   uuid primary key,
        merchant_id     text collate "C" not null,
        currency        text not null,
        -- integer minor units
        amount          bigint not null check (amount > 0),
        -- as it was when it was asked for
        account         json not null,
        status          text not null check (status in ('requested', 'paid', 'completed',
                                                        'rejected')),
        -- how far the bank has followed
        payout          text not null check (payout in ('none', 'ordered', 'pending', 'paid',
                                                        'refused')),
        -- the bank's number of it
        payout_id       text,
        problem_code    text,
        -- why it was rejected
        reason          json,
        -- grows by one with each change; the facts about the withdrawal carry it
        revision        integer not null,
        -- commands that wait for what the bank decides
        pay_out_to      json not null,
        idempotency_key text not null unique,
        -- of the request that came with the key
        request_hash    text not null,
        created_at      timestamptz not null,
        updated_at      timestamptz not null,
        check ((status in ('paid', 'completed')) = (payout = 'paid')),
        check (payout not in ('pending', 'paid') or payout_id is not null)
      ) with (fillfactor = 80)`);
    await runner.query(
      'create index withdrawal_by_merchant on withdrawal (merchant_id, withdrawal_id)',
    );
    await runner.query(
      `create index withdrawal_by_merchant_status
           on withdrawal (merchant_id, status, withdrawal_id)`,
    );
    await runner.query('create index withdrawal_by_status on withdrawal (status, withdrawal_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table withdrawal, known_merchant');
    await effectTaskV1Down(runner);
    await barrierV1Down(runner);
    await outboxV1Down(runner);
  }
}
