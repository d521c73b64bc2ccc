import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keys of merchants, as the merchant service has told them, and only those that are good. With them an
 * Idempotency-Key is one of its merchant: no merchant can take another's, nor learn of it.
 */
export class OrderMerchantKeys1764288000109 implements MigrationInterface {
  readonly name = 'OrderMerchantKeys1764288000109';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table merchant_key (
        -- a part of the key: by it the row is found
        key_id      text collate "C" primary key,
        merchant_id text collate "C" not null,
        -- SHA-256 of the whole key, hex
        hash        text not null
      )`);
    await runner.query('create index merchant_key_by_merchant on merchant_key (merchant_id)');
    await runner.query(
      `create unique index orders_request_key on orders (idempotency_key, merchant_id)
        where idempotency_key is not null`,
    );
    await runner.query('drop index orders_idempotency_key');
  }

  /** @throws where two merchants have used the same Idempotency-Key meanwhile */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `create unique index orders_idempotency_key on orders (idempotency_key)
        where idempotency_key is not null`,
    );
    await runner.query('drop index orders_request_key');
    await runner.query('drop table merchant_key');
  }
}
