import type { MigrationInterface, QueryRunner } from 'typeorm';
import { effectTaskV1Down, effectTaskV1Up } from '../shared/effect-task-v1.js';
import { outboxV1Down, outboxV1Up } from '../shared/outbox-v1.js';
import { rebuildV1Down, rebuildV1Up } from '../shared/rebuild-v1.js';
import { guards, guardsDown } from './ledger-guards-v1.js';
import { ledgerTables } from './ledger-tables-v1.js';
import { reconciliationTables } from './reconciliation-v1.js';

/** The ledger, which the database itself keeps balanced and only ever added to. */
export class AccountingInitial1764195200201 implements MigrationInterface {
  readonly name = 'AccountingInitial1764195200201';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await effectTaskV1Up(runner);
    await rebuildV1Up(runner);
    for (const statement of [...ledgerTables, ...guards, ...reconciliationTables])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await rebuildV1Down(runner);
    await runner.query(
      `drop table bank_position, reconciliation_seen, reconciliation_difference, reconciliation,
         suspicious_fact, day_close, day_end, day_total, balance, entry_line, entry, account`,
    );
    for (const statement of guardsDown) await runner.query(statement);
    await effectTaskV1Down(runner);
    await outboxV1Down(runner);
  }
}
