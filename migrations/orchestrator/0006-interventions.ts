import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people did, for good: nothing of it is ever changed, triggers and grants refuse it. */
export class Interventions1764288000006 implements MigrationInterface {
  readonly name = 'Interventions1764288000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table intervention (
        id              uuid primary key,
        at              timestamptz not null,
        actor           text not null,
        -- the access key it was done with; null for what a command did on the database
        key_id          text,
        -- saga.retry, dead-letter.redrive, access-key.create, …
        what            text not null,
        object_type     text not null,
        object_id       text not null,
        saga_id         uuid,
        reason          text not null,
        revision_before integer,
        revision_after  integer,
        detail          jsonb not null
      )`);
    await runner.query(
      'create index intervention_by_saga on intervention (saga_id, id) where saga_id is not null',
    );
    await runner.query(
      'create index intervention_by_object on intervention (object_type, object_id, id)',
    );
    await runner.query('create index intervention_by_actor on intervention (actor, id)');
    await runner.query(`
      create function refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception '% is append-only: no % here', tg_table_name, lower(tg_op)
          using errcode = 'restrict_violation';
      end $$`);
    await runner.query(`
      create trigger no_change before update or delete on intervention
        for each row execute function refuse_change()`);
    await runner.query(`
      create trigger no_truncate before truncate on intervention
        for each statement execute function refuse_change()`);
    await runner.query('revoke update, delete, truncate on intervention from current_user, public');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table intervention');
    await runner.query('drop function refuse_change');
  }
}
