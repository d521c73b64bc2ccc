import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The dead letters of all topics, as they were read from the `.dlq` topics, with what people have
 * decided about them. What is found by anything but its id is sorted by (died_at, id).
 */
export class DeadLetters1764288000007 implements MigrationInterface {
  readonly name = 'DeadLetters1764288000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table dead_letter (
        -- made of the original's place and identity, so that one published twice is one row
        id          uuid primary key,
        -- the place of the original message
        topic       text not null,
        partition   integer not null,
        "offset"    bigint not null,
        -- cut, for people and for searching; whole_key is what it was
        key         text not null,
        code        text not null,
        message     text not null,
        -- the services that could not handle it
        readers     text[] not null,
        type        text not null,
        source      text not null,
        event_id    text not null,
        saga_id     text,
        died_at     timestamptz not null,
        stored_at   timestamptz not null default now(),
        -- how often it had been sent again before it died, and as which dead letter
        attempt     integer not null,
        redrive_of  uuid,
        not_after   timestamptz,
        truncated   boolean not null,
        -- why it can never be sent again
        unfit       text,
        status      text not null default 'open'
                    check (status in ('open', 'redriven', 'discarded')),
        closed_at   timestamptz,
        closed_by   text,
        closed_why  text,
        whole_key   bytea not null,
        -- json, not jsonb: headers of strangers may hold what jsonb refuses
        headers     json not null,
        value       bytea,
        constraint dead_letter_closed check ((status = 'open') = (closed_at is null))
      )`);
    for (const column of ['topic', 'code', 'type', 'key', 'saga_id', 'status']) {
      await runner.query(
        `create index dead_letter_by_${column} on dead_letter (${column}, died_at, id)`,
      );
    }
    await runner.query('create index dead_letter_by_time on dead_letter (died_at, id)');
    // the order in which they are sent again
    await runner.query(
      `create index dead_letter_open on dead_letter (topic, partition, "offset", id)
        where status = 'open'`,
    );
    await runner.query(
      `create index dead_letter_figures on dead_letter (topic, code, died_at)
        where status = 'open'`,
    );
    await runner.query(
      `create index dead_letter_again on dead_letter (redrive_of) where redrive_of is not null`,
    );
    await runner.query(
      `create index dead_letter_closed_at on dead_letter (closed_at) where closed_at is not null`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table dead_letter');
  }
}
