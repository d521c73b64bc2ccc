import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * By which event each fact was told, so that no other fact brings money under the same id. Null: told
 * before that was kept.
 */
export class EventOfOrderFact1764288000013 implements MigrationInterface {
  readonly name = 'EventOfOrderFact1764288000013';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table order_fact add column event uuid');
    await runner.query(
      'create unique index order_fact_by_event on order_fact (event) where event is not null',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table order_fact drop column event');
  }
}
