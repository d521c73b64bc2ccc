import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who changed what: one entry a fact, each with a hash of itself and of the one before. */
export class AuditLog1764195200206 implements MigrationInterface {
  readonly name = 'AuditLog1764195200206';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table audit_entry (
        -- 1, 2, 3, … without a gap, in the order of reading of the facts
        n                 bigint primary key check (n > 0),
        -- the fact's place in the event store
        xid               xid8 not null,
        seq               bigint not null,
        source            text not null,
        event_id          text not null,
        -- when it was, by the fact's own time
        at                timestamptz not null,
        actor             text collate "C" not null,
        action            text not null,
        object_type       text collate "C" not null,
        object_id         text collate "C" not null,
        revision          bigint,
        cause             text,
        saga              text,
        -- what the changes are told against; absent where there are none to tell
        previous_revision bigint,
        -- [{path, before, after}]; json keeps the text that was hashed
        changes           json,
        -- SHA-256 of all that the event store holds of the fact
        digest            bytea not null,
        chained_at        timestamptz not null,
        -- SHA-256 of all of this and of the hash before
        hash              bytea not null
      )`);
    for (const columns of ['', 'actor, ', 'object_type, object_id, ', 'object_type, ']) {
      await runner.query(`create index on audit_entry (${columns}at, n)`);
    }
    await runner.query(`
      create trigger no_change before update or delete on audit_entry
        for each row execute function refuse_change()`);
    await runner.query(`
      create trigger no_truncate before truncate on audit_entry
        for each statement execute function refuse_change()`);
    await runner.query('revoke update, delete, truncate on audit_entry from current_user, public');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table audit_entry');
  }
}
