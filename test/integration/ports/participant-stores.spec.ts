/** The contracts of what every participant keeps: barrier, parked commands, and effects to be had. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/payment';
import { RetryableError, type Tx } from '#messaging';
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
  type TakenTask,
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

    it('are not tried while somebody settles them', async () => {
      await park('a', -1_000);
      let taken: boolean | undefined;
      const ends = await second(
        side,
        (tx) => parking.remove(tx, [key('a')]),
        async (tx) => {
          taken = await parking.take(tx, parked('a'));
        },
      );
      expect(ends).toEqual(['first ends', 'second has it']);
      expect(taken).toBe(false);
    });

    it('are taken by who waited, when they are not settled after all', async () => {
      await park('a', -1_000);
      let taken: boolean | undefined;
      await second(
        side,
        (tx) => parking.postpone(tx, parked('a', 2), 'why\u0000', 600_000),
        async (tx) => {
          taken = await parking.take(tx, parked('a', 1));
        },
        'rollback',
      );
      expect(taken).toBe(true);
    });

    it('are settled after a try that is under way', async () => {
      await park('a', -1_000);
      const ends = await second(
        side,
        (tx) => parking.takeDue(tx),
        (tx) => parking.remove(tx, [key('a')]),
      );
      expect(ends).toEqual(['first ends', 'second has it']);
      await expect(side.transaction((tx) => parking.takeDue(tx))).resolves.toBeUndefined();
    });

    it('are not waited for by who looks for another try', async () => {
      await park('a', -1_000);
      await side.transaction(async (tx) => {
        await parking.takeDue(tx);
        await side.transaction(async (other) => {
          await expect(parking.take(other, parked('a', 9))).resolves.toBe(false);
        });
      });
    });

    it('are parked anew after who removes them', async () => {
      await park('a', -1_000);
      const ends = await second(
        side,
        (tx) => parking.remove(tx, [key('a')]),
        (tx) => parking.add(tx, parked('a', 5), 'why', -1_000),
      );
      expect(ends).toEqual(['first ends', 'second has it']);
      await side.transaction(async (tx) => {
        await expect(parking.takeDue(tx)).resolves.toEqual(parked('a', 5));
        await parking.remove(tx, []);
        await parking.postpone(tx, parked('unknown'), 'why', 0);
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

    it('are claimed as many as asked for, the one that waits longest first, past busy ones', async () => {
      for (const subject of ['c', 'b', 'a', 'd']) await want([subject], 0);
      const subjects = (claimed: TakenTask[]) => claimed.map(({ subject }) => subject).sort();
      await side.transaction(async (tx) => {
        const first = await tasks.claim(tx, 2, 600_000);
        expect(subjects(first)).toEqual(['b', 'c']);
        await expect(claim(1).then(subjects)).resolves.toEqual(['a']);
        await expect(claim(0)).resolves.toEqual([]);
      });
      await expect(claim().then(subjects)).resolves.toEqual(['d']);
      await side.transaction(async (tx) => {
        await expect(tasks.want(tx, [], 5, 1)).resolves.toEqual([]);
        await expect(tasks.look(tx, [])).resolves.toEqual(new Map());
        await expect(tasks.finish(tx, [])).resolves.toBe(0);
        await expect(tasks.postpone(tx, [])).resolves.toBe(0);
      });
    });

    it('are wanted once in a statement', async () => {
      await expect(want(['a', 'a'], 1)).rejects.toMatchObject({ code: '21000' });
    });

    it('have no driver while they wait, and another one each time', async () => {
      const [first] = await want(['a'], 1);
      await want(['b'], 0);
      if (!first) throw new Error('not taken');
      const look = () => side.transaction((tx) => tasks.look(tx, ['a', 'b', 'unknown']));
      const { subject, revision, token } = first;
      await expect(look()).resolves.toEqual(new Map([['a', { subject, revision, token }]]));
      await want(['a'], 0);
      const back = { task: { subject, token }, pauseMs: -1_000, untried: true };
      await expect(side.transaction((tx) => tasks.postpone(tx, [back, back]))).resolves.toBe(1);
      await expect(look()).resolves.toEqual(new Map());
      const claimed = await claim();
      const again = claimed.find((task) => task.subject === 'a');
      expect(again).toMatchObject({ revision: 2, attempt: 1 });
      expect(again?.token).not.toBe(token);
    });

    it('wait for their pause, with the runs that they have had', async () => {
      const [task] = await want(['a'], 1);
      if (!task) throw new Error('not taken');
      const postpone = (pauseMs: number, of: TakenTask, untried: boolean) =>
        side.transaction((tx) => tasks.postpone(tx, [{ task: of, pauseMs, untried }]));
      await expect(postpone(-1_000, { ...task, revision: 9 }, false)).resolves.toBe(0);
      await expect(postpone(-1_000, task, true)).resolves.toBe(1);
      const [once] = await claim();
      expect(once).toMatchObject({ attempt: 1 });
      if (once) await postpone(-1_000, once, false);
      const [twice] = await claim();
      expect(twice).toMatchObject({ attempt: 2 });
      if (twice) await postpone(600_000, twice, false);
      await expect(claim()).resolves.toEqual([]);
    });

    it.each([
      ['commit', { revision: 1, attempt: 1 }],
      ['rollback', { revision: 2, attempt: 1 }],
    ] as const)('are wanted anew after the %s of who ends them', async (end, expected) => {
      const [task] = await want(['a'], 1, -1_000);
      if (!task) throw new Error('not taken');
      let taken: TakenTask[] = [];
      const ends = await second(
        side,
        (tx) => tasks.finish(tx, [task]),
        async (tx) => {
          taken = await tasks.want(tx, ['a'], 1, 600_000);
        },
        end,
      );
      expect(ends).toEqual(['first ends', 'second has it']);
      expect(taken).toMatchObject([expected]);
    });

    it('are ended after who wants them once more, and then not any more', async () => {
      const [task] = await want(['a'], 1);
      if (!task) throw new Error('not taken');
      let ended: number | undefined;
      const ends = await second(
        side,
        (tx) => tasks.want(tx, ['a'], 1, 600_000),
        async (tx) => {
          ended = await tasks.finish(tx, [task]);
        },
      );
      expect(ends).toEqual(['first ends', 'second has it']);
      expect(ended).toBe(0);
    });

    it('are wanted by one after the other', async () => {
      let taken: TakenTask[] | undefined;
      await second(
        side,
        (tx) => tasks.want(tx, ['a'], 0, 600_000),
        async (tx) => {
          taken = await tasks.want(tx, ['a'], 1, 600_000);
        },
      );
      expect(taken).toMatchObject([{ subject: 'a', revision: 2, attempt: 1 }]);
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
