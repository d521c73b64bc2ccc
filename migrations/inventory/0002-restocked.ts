import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which returns are back on the shelf, beside the reservation that held their goods. */
export class InventoryRestocked1764072000202 implements MigrationInterface {
  readonly name = 'InventoryRestocked1764072000202';

  async up(runner: QueryRunner): Promise<void> {
    // ids of returns; json: only written and read whole
    await runner.query(`alter table reservation add restocked json not null default '[]'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table reservation drop restocked');
  }
}
