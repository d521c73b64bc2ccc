import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What came of comparing a day's payments with the provider's books. */
export class PaymentReconciliation1764144000304 implements MigrationInterface {
  readonly name = 'PaymentReconciliation1764144000304';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table reconciliation (
        -- UTC
        day         date primary key,
        -- payments that were compared: with an intent at the provider, and intents there
        ours        integer not null,
        theirs      integer not null,
        -- not compared: somebody works on them
        under_way   integer not null,
        -- [{kind, …}]; json: only written and read whole
        differences json not null,
        compared_at timestamptz not null default now()
      )`);
    // finds a day's payments, and costs an insert next to nothing
    await runner.query('create index payment_by_day on payment using brin (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index payment_by_day');
    await runner.query('drop table reconciliation');
  }
}
