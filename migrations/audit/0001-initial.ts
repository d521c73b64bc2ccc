import type { MigrationInterface, QueryRunner } from 'typeorm';
import { outboxV1Down, outboxV1Up } from '../shared/outbox-v1.js';

/** Every fact for good. Nothing of it is ever changed: triggers and grants refuse it. */
export class AuditInitial1764195200204 implements MigrationInterface {
  readonly name = 'AuditInitial1764195200204';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await runner.query(REFUSE_CHANGE);
    await runner.query(`
      create table event_key (
        -- SHA-256 of source and id, by which a fact is known whatever its month
        key    bytea primary key,
        -- SHA-256 of all that it says: the same id must say the same
        digest bytea not null
      )`);
    await runner.query(EVENT);
    for (const index of EVENT_INDEXES) await runner.query(index);
    await runner.query(EVENT_CONFLICT);
    // Times that no calendar of ours has: a clock that is wrong must not stop a topic.
    await runner.query(`
      create table event_past partition of event for values from (minvalue) to ('2020-01-01')`);
    await runner.query(`
      create table event_ahead partition of event for values from ('9999-01-01') to (maxvalue)`);
    for (const table of ['event_key', 'event', 'event_conflict']) {
      await runner.query(`
        create trigger no_change before update or delete on ${table}
          for each row execute function refuse_change()`);
    }
    for (const table of ['event_key', 'event', 'event_past', 'event_ahead', 'event_conflict']) {
      await runner.query(`
        create trigger no_truncate before truncate on ${table}
          for each statement execute function refuse_change()`);
      // From the owner too, who is the service: then no statement of it can, whatever it says.
      await runner.query(`revoke update, delete, truncate on ${table} from current_user, public`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table event_conflict, event, event_key');
    await runner.query('drop function refuse_change');
    await outboxV1Down(runner);
  }
}

const REFUSE_CHANGE = `
  create function refuse_change() returns trigger language plpgsql as $$
  begin
    raise exception '% is append-only: no % here', tg_table_name, lower(tg_op)
      using errcode = 'restrict_violation';
  end $$`;

const EVENT = `
  create table event (
    -- what it is partitioned by: the month of \`at\`; -infinity and infinity for odd ones
    month          date not null,
    -- The order of reading. A number given out later may be committed earlier, but never below the
    -- oldest transaction that is under way: whoever reads only below that misses nothing.
    xid            xid8 not null default pg_current_xact_id(),
    seq            bigint generated always as identity,
    source         text not null,
    event_id       text not null,
    type           text not null,
    -- the contract's name, as much of it as an index takes
    name           text collate "C" not null,
    subject        text not null,
    -- as it came, and what can be compared of it
    time           text not null,
    at             timestamptz not null,
    topic          text not null,
    key            text not null,
    aggregate_type text collate "C" not null,
    aggregate_id   text collate "C" not null,
    revision       bigint,
    -- json, which keeps what jsonb refuses (\\u0000), and the order of the members
    data           json not null,
    correlation_id text,
    causation_id   text,
    traceparent    text,
    -- further CloudEvents attributes
    extensions     json,
    partition      integer not null,
    kafka_offset   bigint not null,
    -- of the data, to know how much a page of facts is before it is read
    bytes          integer not null,
    -- SHA-256 of all that it says
    digest         bytea not null,
    recorded_at    timestamptz not null default now()
  ) partition by range (month)`;

/** Most end with the order of reading, so that a page of any filter is read and not sorted. */
const EVENT_INDEXES = [
  'alter table event add primary key (xid, seq, month)',
  'create index event_of_aggregate on event (aggregate_type, aggregate_id, xid, seq)',
  'create index event_of_aggregate_type on event (aggregate_type, xid, seq)',
  // not of the order of reading: it finds the latest of a moment, and the one before another
  `create index event_by_revision on event (aggregate_type, aggregate_id, revision desc nulls last)
     include (at)`,
  'create index event_by_name on event (name, xid, seq)',
  'create index event_by_time on event (at, xid, seq) include (month)',
];

/** Said again under the same id, and something else: nobody may decide by itself which is true. */
const EVENT_CONFLICT = `
  create table event_conflict (
    conflict_id    bigint generated always as identity,
    key            bytea not null,
    digest         bytea not null,
    source         text not null,
    event_id       text not null,
    type           text not null,
    subject        text not null,
    time           text not null,
    topic          text not null,
    partition      integer not null,
    kafka_offset   bigint not null,
    data           json not null,
    found_at       timestamptz not null default now(),
    primary key (conflict_id),
    unique (key, digest)
  )`;
