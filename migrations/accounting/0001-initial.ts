import type { MigrationInterface, QueryRunner } from 'typeorm';
import { outboxV1Down, outboxV1Up } from '../shared/outbox-v1.js';

export class AccountingInitial1764195200201 implements MigrationInterface {
  readonly name = 'AccountingInitial1764195200201';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await outboxV1Down(runner);
  }
}
