/** The contract of the barrier: a command has one writer, and a final answer stays. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/payment';
import { RetryableError, type Tx } from '#messaging';
import {
  barrierTable,
  keyText,
  PostgresBarrierStore,
  type BarrierRow,
  type BarrierStore,
} from '#participant';
import { SimBarrierStore } from '../../../tools/simulate/stores/barrier-store.js';
import { day } from '../participant-harness.js';
import { second, SIDES, type Side } from './sides.js';

jest.setTimeout(60_000);

const key = (commandId: string) => ({ issuedOn: day(), commandId });
const row = (commandId: string, change: Partial<BarrierRow> = {}): BarrierRow => ({
  ...key(commandId),
  state: 'handled',
  answerNo: 0,
  ...change,
});
const succeeded = { outcome: 'succeeded', name: 'a.done', result: {} } as const;
const pending = { outcome: 'pending', name: 'saga.command-pending' } as const;

describe.each(SIDES)('the barrier on %s', (_name, open) => {
  let side: Side;
  let barrier: BarrierStore;

  beforeEach(async () => {
    side = await open({ migrations, tables: [barrierTable] });
    barrier = side.postgres ? new PostgresBarrierStore() : new SimBarrierStore();
  });
  afterEach(() => side.close());

  const insert = (...rows: BarrierRow[]) => side.transaction((tx) => barrier.insert(tx, rows));
  const load = (...ids: string[]) => side.transaction((tx) => barrier.load(tx, ids.map(key)));

  it('lets one of two writers of a command through', async () => {
    const write = (tx: Parameters<BarrierStore['insert']>[0]) => barrier.insert(tx, [row('a')]);
    await expect(second(side, write, write)).rejects.toThrow('another replica handled');
  });

  it('lets the second one through when the first is rolled back', async () => {
    const write = (tx: Parameters<BarrierStore['insert']>[0]) => barrier.insert(tx, [row('a')]);
    const order = await second(side, write, write, 'rollback');
    expect(order).toEqual(['first ends', 'second has it']);
    await expect(load('a')).resolves.toEqual([row('a')]);
  });

  it('gives back what was inserted, each once, and takes all of it or nothing', async () => {
    const answered = row('b', { state: 'dead', answer: succeeded, answerNo: 1 });
    await insert(row('a'), answered);
    const loaded = await load('b', 'x', 'a', 'b');
    const kept = loaded.toSorted((a, b) => (a.commandId < b.commandId ? -1 : 1));
    expect(kept).toStrictEqual([row('a'), answered]);
    await expect(insert(row('c'), row('a'))).rejects.toThrow(RetryableError);
    await expect(insert(row('d'), row('d'))).rejects.toThrow(RetryableError);
    await expect(load('c', 'd')).resolves.toEqual([]);
    const otherDay = { ...row('a'), issuedOn: day(-1) };
    await insert(otherDay);
    await expect(load('a')).resolves.toEqual([row('a')]);
  });

  it('takes empty lists', async () => {
    await insert();
    await expect(load()).resolves.toEqual([]);
    await side.transaction(async (tx) => {
      await barrier.update(tx, []);
      await expect(barrier.answer(tx, [])).resolves.toEqual(new Map());
    });
  });

  it('changes state and answer, of all of a batch or of none', async () => {
    await insert(row('a', { state: 'parked' }), row('b', { state: 'parked' }));
    const answered = row('a', { answer: succeeded, answerNo: 1 });
    const update = (...rows: BarrierRow[]) =>
      side.transaction((tx) =>
        barrier.update(
          tx,
          rows.map((one) => ({ row: one, from: 'parked' })),
        ),
      );
    await update(answered);
    await expect(update(row('b'), answered)).rejects.toThrow(RetryableError);
    await expect(update(row('x'))).rejects.toThrow(RetryableError);
    await expect(load('a')).resolves.toEqual([answered]);
    await expect(load('b')).resolves.toEqual([row('b', { state: 'parked' })]);
  });

  it.each([
    ['commit', 'rejected', 'dead'],
    ['rollback', 'fulfilled', 'handled'],
  ] as const)('lets a second change wait for the %s', async (end, outcome, state) => {
    await insert(row('a', { state: 'parked' }));
    const move = (to: BarrierRow['state']) => (tx: Tx) =>
      barrier.update(tx, [{ row: row('a', { state: to }), from: 'parked' }]);
    const [ended] = await Promise.allSettled([second(side, move('dead'), move('handled'), end)]);
    expect(ended?.status).toBe(outcome);
    await expect(load('a')).resolves.toEqual([row('a', { state })]);
  });

  it('does not wait for a row that was in another state from the beginning', async () => {
    await insert(row('a'), row('b', { answer: succeeded, answerNo: 1 }));
    await side.transaction(async (tx) => {
      await barrier.update(tx, [{ row: row('a', { state: 'dead' }), from: 'handled' }]);
      const late = [{ to: key('b'), answer: succeeded }];
      await barrier.answer(tx, late);
      await side.transaction(async (other) => {
        const none = await barrier.answer(other, [{ to: key('b'), answer: pending }]);
        expect(none).toEqual(new Map());
        const move = barrier.update(other, [{ row: row('a'), from: 'parked' }]);
        await expect(move).rejects.toThrow(RetryableError);
      });
    });
  });

  it('answers after who answers the same, and not with less than that', async () => {
    await insert(row('a'));
    let taken: Map<string, number> | undefined;
    const ends = await second(
      side,
      (tx) => barrier.answer(tx, [{ to: key('a'), answer: succeeded }]),
      async (tx) => {
        taken = await barrier.answer(tx, [{ to: key('a'), answer: pending }]);
      },
    );
    expect(ends).toEqual(['first ends', 'second has it']);
    expect(taken).toEqual(new Map());
    await expect(load('a')).resolves.toEqual([row('a', { answer: succeeded, answerNo: 1 })]);
  });

  it('changes a row only from the state that it was in', async () => {
    await insert(row('a', { state: 'parked' }));
    const move = () =>
      side.transaction((tx) => barrier.update(tx, [{ row: row('a'), from: 'parked' }]));
    await move();
    await expect(move()).rejects.toThrow('changed their state');
  });

  it('takes later answers, but none that is not final after one that is', async () => {
    await insert(row('a'));
    const answer = (commandId: string, given: typeof succeeded | typeof pending) =>
      side.transaction((tx) => barrier.answer(tx, [{ to: key(commandId), answer: given }]));
    await expect(answer('a', pending)).resolves.toEqual(new Map([[keyText(key('a')), 1]]));
    await expect(answer('a', succeeded)).resolves.toEqual(new Map([[keyText(key('a')), 2]]));
    await expect(answer('a', pending)).resolves.toEqual(new Map());
    await expect(answer('unknown', succeeded)).resolves.toEqual(new Map());
    await expect(load('a')).resolves.toEqual([row('a', { answer: succeeded, answerNo: 2 })]);
  });
});
