import type { MigrationInterface, QueryRunner } from 'typeorm';
import { barrierV1Down, barrierV1Up } from '../shared/barrier-v1.js';
import { outboxV1Down, outboxV1Up } from '../shared/outbox-v1.js';

export class WithdrawalInitial1764195200203 implements MigrationInterface {
  readonly name = 'WithdrawalInitial1764195200203';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await barrierV1Up(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await barrierV1Down(runner);
    await outboxV1Down(runner);
  }
}
