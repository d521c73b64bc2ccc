import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Every message moves an instance's timer, and with it every entry that the table's indexes have of
 * the row. The index that timers are found by holds the minute now: it seldom changes, so that an
 * update stays within its page (a heap-only tuple), for which the pages have room.
 */
export class CoarseTimers1764100800003 implements MigrationInterface {
  readonly name = 'CoarseTimers1764100800003';

  async up(runner: QueryRunner): Promise<void> {
    // Seconds since the epoch know no time zone, so this depends on nothing but its argument.
    await runner.query(`
      create function saga_wake_minute(timestamptz) returns integer
        language sql immutable parallel safe
        return floor(extract(epoch from $1) / 60)::integer`);
    // Generated, so that replicas of the version before fill it too.
    await runner.query(`
      alter table saga_instance
        add column wake_minute integer generated always as (saga_wake_minute(wake_at)) stored`);
    await runner.query(
      `create index saga_instance_wake_minute on saga_instance (partition, wake_minute)
        where wake_minute is not null`,
    );
    await runner.query('drop index saga_instance_timer');
    await runner.query('alter table saga_instance set (fillfactor = 60)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table saga_instance reset (fillfactor)');
    await runner.query(
      `create index saga_instance_timer on saga_instance (partition, wake_at)
        where wake_at is not null`,
    );
    await runner.query('alter table saga_instance drop column wake_minute');
    await runner.query('drop function saga_wake_minute(timestamptz)');
  }
}
