import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What returned goods were paid with, beside the payment that it is given back from. */
export class PaymentGoodsRefunds1764072000302 implements MigrationInterface {
  readonly name = 'PaymentGoodsRefunds1764072000302';

  async up(runner: QueryRunner): Promise<void> {
    // [{returnId, amount, done, to}], one a return, for good; json: only written and read whole
    await runner.query(`alter table payment add goods_refunds json not null default '[]'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table payment drop goods_refunds');
  }
}
