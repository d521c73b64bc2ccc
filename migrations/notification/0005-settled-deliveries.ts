import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds deliveries that have been over for long, to be dropped; those under way are not in it. */
export class NotificationSettledDeliveries1764147600505 implements MigrationInterface {
  readonly name = 'NotificationSettledDeliveries1764147600505';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `create index webhook_delivery_settled on webhook_delivery (settled_at)
        where settled_at is not null`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index webhook_delivery_settled');
  }
}
