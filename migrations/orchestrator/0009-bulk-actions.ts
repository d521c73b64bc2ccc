import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * One thing that is done to many sagas: which ones is frozen when it is made, so that what was looked
 * at, what was approved and what is done are the same.
 */
export class BulkActions1764288000009 implements MigrationInterface {
  readonly name = 'BulkActions1764288000009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table bulk_action (
        id                uuid primary key,
        made_at           timestamptz not null,
        made_by           text not null,
        key_id            text,
        -- what is done to each: the action, its step and so on
        deed              jsonb not null,
        -- the search whose matches it is made of, as it was given
        filter            jsonb not null,
        reason            text not null,
        state             text not null,
        -- of the state: why it was stopped, paused or given up
        why               text,
        changed_at        timestamptz not null,
        size              integer not null,
        preview           jsonb not null,
        needs_approval    boolean not null,
        approved_by       text,
        approved_at       timestamptz,
        per_second        integer not null,
        max_error_percent integer not null,
        done              integer not null default 0,
        refused           integer not null,
        moved             integer not null default 0,
        -- how many were dealt with when it was started or resumed last: errors count from there
        judged_from       integer not null default 0,
        next_at           timestamptz not null default now(),
        constraint bulk_action_state check (state in
          ('draft', 'awaiting-approval', 'running', 'paused', 'stopped', 'finished', 'cancelled')),
        constraint bulk_action_second_person check (approved_by is null or approved_by <> made_by)
      )`);
    await runner.query('create index bulk_action_by_state on bulk_action (state, id)');
    await runner.query(
      `create index bulk_action_running on bulk_action (next_at) where state = 'running'`,
    );
    await addItems(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table bulk_pace, bulk_item, bulk_action');
  }
}

async function addItems(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table bulk_item (
      bulk_id         uuid not null references bulk_action on delete cascade,
      ordinal         integer not null,
      saga_id         uuid not null,
      business_key    text not null,
      revision        integer not null,
      -- who is written to first; paces are kept by participant
      participant     text not null,
      -- null: it waits
      outcome         text check (outcome in ('done', 'refused', 'moved')),
      why             text,
      -- in which order they were tried; null for what was refused from the start
      tried           integer,
      at              timestamptz,
      revision_after  integer,
      primary key (bulk_id, ordinal)
    )`);
  await runner.query(
    `create index bulk_item_waiting on bulk_item (bulk_id, participant, ordinal)
      where outcome is null`,
  );
  await runner.query(
    'create index bulk_item_tried on bulk_item (bulk_id, tried) where tried is not null',
  );
  await runner.query('create index bulk_item_by_outcome on bulk_item (bulk_id, outcome, ordinal)');
  await runner.query(`
    create table bulk_pace (
      participant   text primary key,
      -- what was sent has used up the time until then
      used_until    timestamptz not null
    )`);
}
