/** The contract of the saga store: no lost update, no second instance, no second tick. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/orchestrator';
import { RetryableError } from '#messaging';
import { newInstance, type HistoryEntry, type SagaInstance } from '#saga';
import { postgresSagaStore, type DueTick, type Locked, type SagaStore } from '#saga-store';
import { HISTORY_TABLE } from '../../../apps/orchestrator/src/persistence/history-table.js';
import { SimSagaStore } from '../../../tools/simulate/stores/saga-store.js';
import { crossed, inOrder, second, SIDES, type Side } from './sides.js';

jest.setTimeout(60_000);

const ID = '019aa0c5-7d5c-7000-8000-00000000000';
const at = Date.now();

const instance = (no: number, change: Partial<SagaInstance> = {}): SagaInstance => ({
  ...newInstance({
    id: `${ID}${no}`,
    definition: 'place-order',
    version: 1,
    businessKey: `order-${no}`,
    now: at,
  }),
  revision: 1,
  state: 'running',
  input: { orderId: `order-${no}` },
  ...change,
});

const entry = (revision: number): HistoryEntry => ({
  revision,
  at,
  kind: 'start',
  messageId: `m-${revision}`,
  state: 'running',
});

describe.each(SIDES)('the saga store on %s', (_name, open) => {
  let side: Side;
  let store: SagaStore;

  beforeEach(async () => {
    side = await open({ migrations, tables: [HISTORY_TABLE] });
    store = side.postgres ? postgresSagaStore : new SimSagaStore();
  });
  afterEach(() => side.close());

  const lock = (ids: readonly string[]) =>
    side.transaction((tx) => store.lockInstances(tx, { ids, keys: [] }));
  const insert = (...all: SagaInstance[]) =>
    side.transaction((tx) =>
      store.saveInstances(
        tx,
        all.map((one) => ({ instance: one, partition: 3, position: { epoch: '1', seq: '7' } })),
      ),
    );

  it('gives back what was saved, by id and by key, and nothing for what is not there', async () => {
    await insert(instance(1), instance(2));
    const byId = await lock([`${ID}2`, `${ID}9`]);
    expect(byId.instances).toEqual([
      { instance: instance(2), partition: 3, position: { epoch: '1', seq: '7' } },
    ]);
    expect(Math.abs(byId.now - Date.now())).toBeLessThan(side.postgres ? 60_000 : Infinity);
    const byKey = await side.transaction((tx) =>
      store.lockInstances(tx, {
        ids: [],
        keys: [{ definition: 'place-order', businessKey: 'order-1' }],
      }),
    );
    expect(byKey.instances.map((one) => one.instance.id)).toEqual([`${ID}1`]);
  });

  it('refuses a write that is based on an older revision, and keeps the newer one', async () => {
    await insert(instance(1));
    const move = (state: SagaInstance['state']) =>
      side.transaction((tx) =>
        store.saveInstances(tx, [
          { instance: instance(1, { revision: 2, state }), before: instance(1), partition: 3 },
        ]),
      );
    await move('compensating');
    await expect(move('completed')).rejects.toThrow('moved by another replica');
    const { instances } = await lock([`${ID}1`]);
    expect(instances[0]).toMatchObject({
      instance: { state: 'compensating', revision: 2 },
      position: { epoch: '1', seq: '7' },
    });
  });

  it('moves an instance as a whole, also to another version', async () => {
    const cause = { code: 'c', message: 'm' };
    const rest = instance(1, { wakeAt: at + 5 });
    const before = { ...rest, held: { code: 'l', message: 'm' } };
    await insert(before);
    const after: SagaInstance = {
      ...rest,
      version: 2,
      revision: 2,
      state: 'compensating',
      input: { orderId: 'order-1', more: null, odd: undefined },
      steps: { reserve: { state: 'skipped' } },
      ledger: {
        e: { id: 'e', kind: 'stock', unit: 'piece', taken: 1, returned: 0, revision: 1, step: 's' },
      },
      cause,
      wakeAt: null,
      updatedAt: at + 9,
    };
    const position = { epoch: '2', seq: '9007199254740993' };
    const change = { instance: after, before, partition: 3, position };
    await side.transaction((tx) => store.saveInstances(tx, [change]));
    const { instances } = await lock([`${ID}1`]);
    const input = { orderId: 'order-1', more: null };
    expect(instances).toStrictEqual([{ instance: { ...after, input }, partition: 3, position }]);
  });

  it('leaves who an instance is and where it lies as it was', async () => {
    await insert(instance(1));
    const other = { definition: 'x', businessKey: 'x', createdAt: 5, revision: 2 };
    const change = { instance: instance(1, other), before: instance(1), partition: 4 };
    await side.transaction((tx) => store.saveInstances(tx, [change]));
    const { instances } = await lock([`${ID}1`]);
    expect(instances).toEqual([
      {
        instance: instance(1, { revision: 2 }),
        partition: 3,
        position: { epoch: '1', seq: '7' },
      },
    ]);
  });

  it('saves all of a batch or nothing', async () => {
    await insert(instance(1));
    const stale = { instance: instance(1), before: instance(1, { revision: 9 }), partition: 3 };
    const saved = side.transaction((tx) =>
      store.saveInstances(tx, [stale, { instance: instance(2), partition: 3 }]),
    );
    await expect(saved).rejects.toThrow(RetryableError);
    await expect(lock([`${ID}1`, `${ID}2`])).resolves.toMatchObject({
      instances: [{ instance: { id: `${ID}1`, revision: 1 } }],
    });
  });

  it('finds by its key what the transaction itself has inserted', async () => {
    await side.transaction(async (tx) => {
      await store.saveInstances(tx, [{ instance: instance(1), partition: 3 }]);
      const { definition, businessKey } = instance(1);
      const { instances } = await store.lockInstances(tx, {
        ids: [],
        keys: [{ definition, businessKey }],
      });
      expect(instances).toStrictEqual([{ instance: instance(1), partition: 3 }]);
    });
  });

  it('refuses a second instance of a business key', async () => {
    await insert(instance(1));
    await expect(insert(instance(2, { businessKey: 'order-1' }))).rejects.toThrow(
      'moved by another replica',
    );
  });

  it('lets a second writer of the same key wait for the first one', async () => {
    const start = (no: number) => (tx: Parameters<SagaStore['saveInstances']>[0]) =>
      store.saveInstances(tx, [
        { instance: instance(no, { businessKey: 'order-1' }), partition: 3 },
      ]);
    await expect(second(side, start(1), start(2))).rejects.toThrow('moved by another replica');
    await expect(lock([`${ID}2`])).resolves.toMatchObject({ instances: [] });
  });

  it('locks: who comes second waits, and then sees what the first one wrote', async () => {
    await insert(instance(1));
    let seen: number | undefined;
    const order = await second(
      side,
      async (tx) => {
        await store.lockInstances(tx, { ids: [`${ID}1`], keys: [] });
        await store.saveInstances(tx, [
          { instance: instance(1, { revision: 2 }), before: instance(1), partition: 3 },
        ]);
      },
      async (tx) => {
        const { instances } = await store.lockInstances(tx, { ids: [`${ID}1`], keys: [] });
        seen = instances[0]?.instance.revision;
      },
    );
    expect(order).toEqual(['first ends', 'second has it']);
    expect(seen).toBe(2);
  });

  it('locks: who comes second sees what was there when nothing was written after all', async () => {
    await insert(instance(1));
    let seen: number | undefined;
    const moved = { instance: instance(1, { revision: 2 }), before: instance(1), partition: 3 };
    await second(
      side,
      (tx) => store.saveInstances(tx, [moved]),
      async (tx) => {
        const { instances } = await store.lockInstances(tx, { ids: [`${ID}1`], keys: [] });
        seen = instances[0]?.instance.revision;
      },
      'rollback',
    );
    expect(seen).toBe(1);
  });

  it('decides what is due, and what time it is, before it waits', async () => {
    await insert(instance(1, { wakeAt: 1_000 }), instance(2, { wakeAt: at + 9_000_000 }));
    const due = [{ partition: 3, beforeMs: at, limit: 10 }];
    const later = [instance(1, { revision: 2 }), instance(2, { revision: 2, wakeAt: 1_000 })];
    let clock = 0;
    let locked: Locked | undefined;
    await second(
      side,
      async (tx) => {
        await store.saveInstances(
          tx,
          later.map((one) => ({ instance: one, before: { ...one, revision: 1 }, partition: 3 })),
        );
        await store.saveInstances(tx, [{ instance: instance(4, { wakeAt: 1_000 }), partition: 3 }]);
      },
      async (tx) => {
        locked = await store.lockInstances(tx, { ids: [], keys: [], due });
      },
      'commit',
      async () => {
        clock = (await lock([])).now;
      },
    );
    expect(locked?.instances.map(({ instance: one }) => [one.id, one.wakeAt])).toEqual([
      [`${ID}1`, null],
    ]);
    expect(locked?.now).toBeLessThanOrEqual(clock);
  });

  it('takes its locks in the order of the ids, whatever order it is asked in', async () => {
    await insert(instance(2));
    await insert(instance(1));
    const ends = await inOrder(side, (tx, nos) =>
      store.lockInstances(tx, { ids: nos.map((no) => `${ID}${no}`), keys: [] }),
    );
    expect(ends).toEqual(['first ends', 'second has it']);
  });

  it('ends two that wait for each other by failing one of them', async () => {
    await insert(instance(1), instance(2));
    const failed = await crossed(side, (tx, no) =>
      store.lockInstances(tx, { ids: [`${ID}${no}`], keys: [] }),
    );
    expect(failed).toMatchObject([{ code: '40P01' }]);
  });

  it('does not wait for an instance that was not as it was read from the beginning', async () => {
    await insert(instance(1));
    const stale = { instance: instance(1), before: instance(1, { revision: 9 }), partition: 3 };
    await side.transaction(async (tx) => {
      await store.lockInstances(tx, { ids: [`${ID}1`], keys: [] });
      const saved = side.transaction((other) => store.saveInstances(other, [stale]));
      await expect(saved).rejects.toThrow(RetryableError);
    });
  });

  it('keeps one history row a revision', async () => {
    const append = (revision: number) =>
      side.transaction((tx) =>
        store.appendHistory(tx, [{ instance: instance(1), entry: entry(revision) }]),
      );
    await append(1);
    await append(2);
    await expect(append(2)).rejects.toMatchObject({ code: '23505' });
    await side.transaction((tx) => store.appendHistory(tx, []));
  });

  it('takes the timers of the partition that are due, the most overdue first', async () => {
    await insert(
      instance(1, { wakeAt: at }),
      instance(2, { wakeAt: at - 2 }),
      instance(3, { wakeAt: at - 1 }),
      instance(4, { wakeAt: at + 1 }),
      instance(5),
    );
    const due = async (limit: number, partition = 3) => {
      const { instances } = await side.transaction((tx) =>
        store.lockInstances(tx, { ids: [], keys: [], due: [{ partition, beforeMs: at, limit }] }),
      );
      return instances.map((one) => one.instance.id.at(-1));
    };
    await expect(due(9)).resolves.toEqual(['1', '2', '3']);
    await expect(due(2)).resolves.toEqual(['2', '3']);
    await expect(due(9, 4)).resolves.toEqual([]);
  });

  it('lets one of two claim a tick', async () => {
    await side.transaction((tx) => store.ensureTickRows(tx, 4));
    await insert(instance(1, { wakeAt: 1_000 }));
    let claimed: readonly DueTick[] | undefined;
    const ends = await second(
      side,
      (tx) => store.claimTicks(tx),
      async (tx) => {
        claimed = await store.claimTicks(tx);
      },
    );
    expect(ends).toEqual(['first ends', 'second has it']);
    expect(claimed).toEqual([]);
  });

  it('claims a tick anew when it is lost, and keeps it outstanding when rows are made sure of', async () => {
    const ensure = () => side.transaction((tx) => store.ensureTickRows(tx, 4));
    const claim = () => side.transaction((tx) => store.claimTicks(tx));
    await insert(instance(1, { wakeAt: 1_000 }));
    await expect(claim()).resolves.toEqual([]);
    await ensure();
    await expect(claim()).resolves.toMatchObject([{ partition: 3 }]);
    await ensure();
    await side.transaction((tx) => store.ticksHandled(tx, [9]));
    await expect(claim()).resolves.toEqual([]);
    await side.postgres?.query(`update saga_tick set ticked_at = now() - interval '31 s'`);
    if (store instanceof SimSagaStore) {
      const tick = store.ticks.rows.get('3');
      if (tick) store.ticks.rows.set('3', { ...tick, tickedAtMs: tick.tickedAtMs - 31_000 });
    }
    await expect(claim()).resolves.toMatchObject([{ partition: 3 }]);
  });

  it('finds due timers of a partition, and claims one tick until it is handled', async () => {
    await side.transaction((tx) => store.ensureTickRows(tx, 4));
    const claim = () => side.transaction((tx) => store.claimTicks(tx));
    await insert(instance(1, { wakeAt: 1_000 }), instance(2, { wakeAt: at + 10 * 86_400_000 }));
    const [tick, ...others] = await claim();
    expect(others).toEqual([]);
    expect(tick?.partition).toBe(3);
    await expect(claim()).resolves.toEqual([]);
    const due = await side.transaction((tx) =>
      store.lockInstances(tx, {
        ids: [],
        keys: [],
        due: [{ partition: 3, beforeMs: tick?.dueBeforeMs ?? 0, limit: 10 }],
      }),
    );
    expect(due.instances.map((one) => one.instance.id)).toEqual([`${ID}1`]);
    await side.transaction((tx) => store.ticksHandled(tx, [3]));
    await expect(claim()).resolves.toHaveLength(1);
  });
});
