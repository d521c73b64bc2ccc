import type { QueryRunner } from 'typeorm';

/**
 * The participant's barrier: one row a command that was seen, with its latest answer, and the
 * commands that wait for another try.
 *
 * `json`, not `jsonb`: an answer may repeat what a customer sent, and jsonb refuses `\u0000`.
 */
export async function barrierV1Up(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table barrier (
      -- UTC day on which the orchestrator issued the command; rows are dropped by it
      issued_on   date not null,
      command_id  text not null,
      -- handled; tombstone: undone before it came; parked; dead: given up
      state       text not null check (state in ('handled', 'tombstone', 'parked', 'dead')),
      -- the latest answer; null while there is none
      answer      json,
      -- counts the answers
      answer_no   integer not null,
      primary key (issued_on, command_id)
    ) partition by range (issued_on)`);
  await runner.query(`
    create table parked_command (
      issued_on   date not null,
      command_id  text not null,
      event       json not null,
      attempts    integer not null,
      next_at     timestamptz not null,
      last_error  text not null,
      parked_at   timestamptz not null default now(),
      primary key (issued_on, command_id)
    )`);
  await runner.query('create index parked_command_due on parked_command (next_at)');
}

export async function barrierV1Down(runner: QueryRunner): Promise<void> {
  await runner.query('drop table parked_command, barrier');
}
