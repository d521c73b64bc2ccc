import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How customers are reached besides by mail, and in which language. */
export class OrderContact1764133200103 implements MigrationInterface {
  readonly name = 'OrderContact1764133200103';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table orders add phone text, add locale text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table orders drop phone, drop locale');
  }
}
