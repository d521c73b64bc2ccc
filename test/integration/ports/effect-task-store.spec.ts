/** The contract of effects to be had: each has one driver, who cannot end what is newer. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/payment';
import {
  barrierTable,
  PostgresEffectTaskStore,
  type EffectTaskStore,
  type TakenTask,
} from '#participant';
import { SimEffectTaskStore } from '../../../tools/simulate/stores/effect-task-store.js';
import { second, SIDES, type Side } from './sides.js';

jest.setTimeout(60_000);

describe.each(SIDES)('effects on %s', (_name, open) => {
  let side: Side;
  let tasks: EffectTaskStore;

  beforeEach(async () => {
    side = await open({ migrations, tables: [barrierTable] });
    let tokens = 0;
    const newToken = () => `00000000-0000-7000-8000-${String((tokens += 1)).padStart(12, '0')}`;
    tasks = side.postgres ? new PostgresEffectTaskStore('w') : new SimEffectTaskStore(newToken);
  });
  afterEach(() => side.close());

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
