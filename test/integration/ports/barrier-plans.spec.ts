/**
 * Promise attacked here: what a batch reads of the barrier does not grow with the day. Plans are made
 * once, while tables are small or nothing is known of them, and kept as long as the connection.
 */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/payment';
import type { Tx } from '#messaging';
import { barrierTable, PostgresBarrierStore } from '#participant';
import { day } from '../participant-harness.js';
import { SIDES, type Side } from './sides.js';

jest.setTimeout(60_000);

const DAY_LONG = 20_000;
const BATCH = 100;
const pending = { outcome: 'pending', name: 'saga.command-pending' } as const;

const postgres = SIDES.filter(([name]) => name === 'Postgres');

describe.each(postgres)('a long day of the barrier on %s', (_name, open) => {
  let side: Side;
  const barrier = new PostgresBarrierStore();

  beforeEach(async () => {
    side = await open({ migrations, tables: [barrierTable] });
  });
  afterEach(() => side.close());

  const fill = (from: number, to: number) =>
    side.session.query(
      `insert into barrier (issued_on, command_id, state, answer_no)
       select $1::date, 'command-' || no, 'parked', 0 from generate_series($2::int, $3::int) no`,
      [day(), from, to],
    );
  /** Index entries that were read in this database so far. */
  const read = async (): Promise<number> => {
    const [row] = await side.session.query<{ entries: number }>(
      `select sum(idx_tup_read)::int as entries
         from pg_stat_user_indexes where relname like 'barrier%'`,
    );
    return row?.entries ?? 0;
  };
  const readBy = async (work: (tx: Tx) => Promise<unknown>): Promise<number> => {
    const before = await read();
    await side.transaction(async (tx) => {
      await work(tx);
      await tx.query('select pg_stat_force_next_flush()');
    });
    return (await read()) - before;
  };
  const keys = Array.from({ length: BATCH }, (_, index) => ({
    issuedOn: day(),
    commandId: `command-${1 + index * (DAY_LONG / BATCH)}`,
  }));
  const answer = (tx: Tx) =>
    barrier.answer(
      tx,
      keys.map((to) => ({ to, answer: pending })),
    );
  const load = (tx: Tx) => barrier.load(tx, keys);
  let answerNo = 0;
  const update = (tx: Tx) => {
    answerNo += 1;
    const rows = keys.map((key) => ({ row: { ...key, state: 'parked' as const, answerNo } }));
    return barrier.update(
      tx,
      rows.map(({ row }) => ({ row, from: 'parked' as const })),
    );
  };

  it.each([
    ['read', load],
    ['answered', answer],
    ['changed', update],
  ])('costs as much as the batch when it is %s', async (_what, work) => {
    // a plan of before there was anything, and one of when there was little
    await fill(1, 200);
    await side.session.query('analyze barrier');
    await fill(201, DAY_LONG);
    expect(await readBy(work)).toBeLessThanOrEqual(4 * BATCH);
    await side.session.query('analyze barrier');
    expect(await readBy(work)).toBeLessThanOrEqual(4 * BATCH);
  });
});
