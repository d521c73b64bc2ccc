import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Each card that is given has an intent of its own, made when that of the one before is closed. What
 * was being tried with a second card on the intent of the first begins anew: closing that intent says
 * whether it was paid with the second one meanwhile.
 *
 * `declined_attempt` is not written any more; replicas of before may still read it.
 */
export class PaymentAnIntentEachCard1764306000306 implements MigrationInterface {
  readonly name = 'PaymentAnIntentEachCard1764306000306';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `update payment set status = 'accepted', updated_at = now()
        where status = 'intended' and attempt > 1`,
    );
  }

  /** Both versions take what is accepted for what is to be tried. */
  down(): Promise<void> {
    return Promise.resolve();
  }
}
