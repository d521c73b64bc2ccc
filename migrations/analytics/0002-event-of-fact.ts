import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * By which event each fact was told, so that no other fact is counted under the same id. Null: told
 * before that was kept; a rebuild knows.
 */
export class EventOfFact1764288000012 implements MigrationInterface {
  readonly name = 'EventOfFact1764288000012';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['fact', 'merchant_zone']) {
      await runner.query(`alter table ${table} add column event uuid`);
      await runner.query(`create unique index ${table}_by_event on ${table} (event)
         where event is not null`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['fact', 'merchant_zone']) {
      await runner.query(`alter table ${table} drop column event`);
    }
  }
}
