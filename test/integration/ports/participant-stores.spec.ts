/** The contracts of what every participant keeps: barrier, parked commands, and effects to be had. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/payment';
import {
  barrierTable,
  keyText,
  PostgresBarrierStore,
  PostgresEffectTaskStore,
  PostgresParkingStore,
  type BarrierRow,
  type BarrierStore,
  type EffectTaskStore,
  type ParkedCommand,
  type ParkingStore,
} from '#participant';
import { SimBarrierStore } from '../../../tools/simulate/stores/barrier-store.js';
import { SimEffectTaskStore } from '../../../tools/simulate/stores/effect-task-store.js';
import { SimParkingStore } from '../../../tools/simulate/stores/parking-store.js';
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

describe.each(SIDES)('the stores of a participant on %s', (_name, open) => {
  let side: Side;
  let barrier: BarrierStore;
  let parking: ParkingStore;
  let tasks: EffectTaskStore;

  beforeEach(async () => {
    side = await open({ migrations, tables: [barrierTable] });
    let tokens = 0;
    const newToken = () => `00000000-0000-7000-8000-${String((tokens += 1)).padStart(12, '0')}`;
    barrier = side.postgres ? new PostgresBarrierStore() : new SimBarrierStore();
    parking = side.postgres ? new PostgresParkingStore() : new SimParkingStore();
    tasks = side.postgres ? new PostgresEffectTaskStore('w') : new SimEffectTaskStore(newToken);
  });
  afterEach(() => side.close());

  const insert = (...rows: BarrierRow[]) => side.transaction((tx) => barrier.insert(tx, rows));
  const load = (...ids: string[]) => side.transaction((tx) => barrier.load(tx, ids.map(key)));

  describe('barrier', () => {
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

  describe('parked commands', () => {
    const parked = (commandId: string, attempts = 1): ParkedCommand => ({
      key: key(commandId),
      event: { id: commandId } as ParkedCommand['event'],
      attempts,
    });
    const park = (commandId: string, pauseMs: number) =>
      side.transaction((tx) => parking.add(tx, parked(commandId), 'why', pauseMs));

    it('are taken when due, by one at a time, the one that waits longest first', async () => {
      await park('later', 600_000);
      await park('b', -1_000);
      await park('a', -2_000);
      await side.transaction(async (tx) => {
        await expect(parking.takeDue(tx)).resolves.toEqual(parked('a'));
        await side.transaction(async (other) => {
          await expect(parking.takeDue(other)).resolves.toEqual(parked('b'));
        });
      });
    });

    it('are taken again only for the same try, and not before their pause is over', async () => {
      await park('a', -1_000);
      await side.transaction((tx) => parking.postpone(tx, parked('a', 2), 'why', 600_000));
      await side.transaction(async (tx) => {
        await expect(parking.take(tx, parked('a', 1))).resolves.toBe(false);
        await expect(parking.take(tx, parked('a', 2))).resolves.toBe(true);
        await expect(parking.takeDue(tx)).resolves.toBeUndefined();
      });
      await side.transaction((tx) => parking.remove(tx, [key('a'), key('unknown')]));
      await side.transaction(async (tx) => {
        await expect(parking.take(tx, parked('a', 2))).resolves.toBe(false);
      });
    });

    it('are one row a command', async () => {
      await park('a', 0);
      await expect(park('a', 0)).rejects.toMatchObject({ code: '23505' });
    });
  });

  describe('effects', () => {
    const want = (subjects: string[], take: number, leaseMs = 600_000) =>
      side.transaction((tx) => tasks.want(tx, subjects, take, leaseMs));
    const claim = (limit = 10) => side.transaction((tx) => tasks.claim(tx, limit, 600_000));

    it('are leased to whoever wants them first; the others are claimed, once', async () => {
      const taken = await want(['b', 'a'], 1);
      expect(taken).toMatchObject([{ subject: 'b', revision: 1, attempt: 1 }]);
      await expect(claim()).resolves.toMatchObject([{ subject: 'a', revision: 1, attempt: 1 }]);
      await expect(claim()).resolves.toEqual([]);
    });

    it('stay with their driver when wanted again, who cannot finish what is newer', async () => {
      const [first] = await want(['a'], 1);
      if (!first) throw new Error('not taken');
      await expect(want(['a'], 1)).resolves.toEqual([]);
      await side.transaction(async (tx) => {
        await expect(tasks.finish(tx, [first])).resolves.toBe(0);
        const mark = (await tasks.look(tx, ['a'])).get('a');
        expect(mark).toEqual({ subject: 'a', revision: 2, token: first.token });
        if (mark) await expect(tasks.finish(tx, [mark])).resolves.toBe(1);
      });
      await expect(claim()).resolves.toEqual([]);
    });

    it('go to another driver when the lease has ended, and the former one cannot write', async () => {
      const [late] = await want(['a'], 1, -1_000);
      const [other] = await claim();
      if (!late || !other) throw new Error('not taken');
      expect(other).toMatchObject({ subject: 'a', attempt: 2 });
      await side.transaction(async (tx) => {
        await expect(tasks.finish(tx, [late])).resolves.toBe(0);
        await expect(tasks.postpone(tx, [{ task: late, pauseMs: 0 }])).resolves.toBe(0);
        await expect(
          tasks.postpone(tx, [{ task: other, pauseMs: undefined, error: 'x' }]),
        ).resolves.toBe(1);
      });
      await expect(claim()).resolves.toEqual([]);
      await want(['a'], 0);
      await expect(claim()).resolves.toMatchObject([{ subject: 'a', revision: 2, attempt: 1 }]);
    });
  });
});
