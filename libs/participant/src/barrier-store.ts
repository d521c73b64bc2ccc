import { jsonList, jsonListSql, RetryableError, type Tx } from '#messaging';
import type { BarrierRow } from './barrier.js';
import { keyText, type BarrierUpdate } from './batch-plan.js';
import type { CommandKey } from './command.js';
import { isFinal, type StoredAnswer } from './reply.js';

/** Where the barrier's rows are kept. Everything happens in the caller's transaction. */
export interface BarrierStore {
  /** The rows that exist, without locking them; possibly others besides. */
  load(tx: Tx, keys: readonly CommandKey[]): Promise<BarrierRow[]>;
  /** @throws RetryableError when one of the rows is there already: somebody else had the command */
  insert(tx: Tx, rows: readonly BarrierRow[]): Promise<void>;
  /** @throws RetryableError when one of the rows is no longer in the state it was in */
  update(tx: Tx, updates: readonly BarrierUpdate[]): Promise<void>;
  /**
   * Puts later answers into rows that exist; one that is not final never replaces one that is.
   * @returns the number of each answer that was taken, by `keyText`
   */
  answer(tx: Tx, items: readonly AnswerToKeep[]): Promise<Map<string, number>>;
}

export interface AnswerToKeep {
  readonly to: CommandKey;
  readonly answer: StoredAnswer;
}

/**
 * Reading does not lock: two replicas that decide about the same command meet at the primary key,
 * where the second one waits for the first and then begins anew. Both orders of writing are by key,
 * so that two such batches cannot block each other.
 */
export class PostgresBarrierStore implements BarrierStore {
  load(tx: Tx, keys: readonly CommandKey[]): Promise<BarrierRow[]> {
    return tx
      .query<BarrierRow & { answer: BarrierRow['answer'] | null }>(
        `select issued_on::text as "issuedOn", command_id as "commandId", state, answer,
                answer_no as "answerNo"
           from barrier
          where issued_on between $1 and $2
            and issued_on = any($3::date[]) and command_id = any($4::text[])`,
        [...span(keys), daysOf(keys), keys.map((key) => key.commandId)],
      )
      .then((rows) => rows.map(({ answer, ...row }) => (answer ? { ...row, answer } : row)));
  }

  async insert(tx: Tx, rows: readonly BarrierRow[]): Promise<void> {
    const sorted = rows.toSorted(byKey);
    const [done] = await tx.query<{ count: number }>(
      `with added as (
         insert into barrier (issued_on, command_id, state, answer, answer_no)
         select issued_on, command_id, state, answer::json, answer_no
           from unnest($1::date[], $2::text[], $3::text[], ${jsonListSql('$4')}, $5::int[])
             as n (issued_on, command_id, state, answer, answer_no)
         on conflict do nothing
         returning 1)
       select count(*)::int as count from added`,
      columns(sorted),
    );
    if (done?.count !== rows.length) {
      throw new RetryableError('another replica handled some of these commands at the same time');
    }
  }

  async update(tx: Tx, updates: readonly BarrierUpdate[]): Promise<void> {
    const sorted = updates.toSorted((a, b) => byKey(a.row, b.row));
    const rows = sorted.map(({ row }) => row);
    const [done] = await tx.query<{ count: number }>(
      `with changed as (
         update barrier b
            set state = n.state, answer = n.answer::json, answer_no = n.answer_no
           from unnest($1::date[], $2::text[], $3::text[], ${jsonListSql('$4')}, $5::int[],
                       $6::text[])
             as n (issued_on, command_id, state, answer, answer_no, from_state)
          where b.issued_on between $7 and $8
            and b.issued_on = any($9::date[]) and b.command_id = any($2::text[])
            and b.issued_on = n.issued_on and b.command_id = n.command_id
            and b.state = n.from_state
         returning 1)
       select count(*)::int as count from changed`,
      [...columns(rows), sorted.map(({ from }) => from), ...span(rows), daysOf(rows)],
    );
    if (done?.count !== updates.length) {
      throw new RetryableError('some of these commands changed their state at the same time');
    }
  }

  async answer(tx: Tx, items: readonly AnswerToKeep[]): Promise<Map<string, number>> {
    const rows = await tx.query<CommandKey & { answerNo: number }>(
      `update barrier b set answer = n.answer::json, answer_no = b.answer_no + 1
         from unnest($1::date[], $2::text[], $3::text[], $4::bool[])
           as n (issued_on, command_id, answer, final)
        where b.issued_on between $5 and $6
          and b.issued_on = any($7::date[]) and b.command_id = any($2::text[])
          and b.issued_on = n.issued_on and b.command_id = n.command_id
          and (n.final or b.answer is null
               or b.answer ->> 'outcome' not in ('succeeded', 'refused'))
       returning b.issued_on::text as "issuedOn", b.command_id as "commandId",
                 b.answer_no as "answerNo"`,
      [
        items.map(({ to }) => to.issuedOn),
        items.map(({ to }) => to.commandId),
        items.map(({ answer }) => JSON.stringify(answer)),
        items.map(({ answer }) => isFinal(answer)),
        ...span(items.map(({ to }) => to)),
        daysOf(items.map(({ to }) => to)),
      ],
    );
    return new Map(rows.map((row) => [keyText(row), row.answerNo]));
  }
}

const columns = (rows: readonly BarrierRow[]): unknown[] => [
  rows.map((row) => row.issuedOn),
  rows.map((row) => row.commandId),
  rows.map((row) => row.state),
  jsonList(rows.map((row) => row.answer)),
  rows.map((row) => row.answerNo),
];

/**
 * First and last day, for the planner: a list of days in a parameter does not tell a prepared
 * statement which partitions it may leave out, a range does. It is never enough by itself: a plan that
 * takes it for a few rows reads the whole day for each batch, so the lists of keys stand beside it.
 */
function span(keys: readonly CommandKey[]): [string, string] {
  const days = keys.map((key) => key.issuedOn).sort();
  return [days[0] as string, days.at(-1) as string];
}

const byKey = (a: CommandKey, b: CommandKey): number => (keyText(a) < keyText(b) ? -1 : 1);

const daysOf = (keys: readonly CommandKey[]): string[] => [
  ...new Set(keys.map((key) => key.issuedOn)),
];
