import type { MigrationInterface, QueryRunner } from 'typeorm';
import { outboxV1Down, outboxV1Up } from '../shared/outbox-v1.js';
import { rebuildV1Down, rebuildV1Up } from '../shared/rebuild-v1.js';

export class AnalyticsInitial1764195200200 implements MigrationInterface {
  readonly name = 'AnalyticsInitial1764195200200';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await rebuildV1Up(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await rebuildV1Down(runner);
    await outboxV1Down(runner);
  }
}
