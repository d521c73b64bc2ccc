/** The contract of the saga store: no lost update, no second instance, no second tick. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/orchestrator';
import { newInstance, type HistoryEntry, type SagaInstance } from '#saga';
import { postgresSagaStore, type SagaStore } from '#saga-store';
import { HISTORY_TABLE } from '../../../apps/orchestrator/src/persistence/history-table.js';
import { SimSagaStore } from '../../../tools/simulate/stores/saga-store.js';
import { second, SIDES, type Side } from './sides.js';

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

  it('keeps one history row a revision', async () => {
    const append = (revision: number) =>
      side.transaction((tx) =>
        store.appendHistory(tx, [{ instance: instance(1), entry: entry(revision) }]),
      );
    await append(1);
    await append(2);
    await expect(append(2)).rejects.toMatchObject({ code: '23505' });
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
        due: { partition: 3, beforeMs: tick?.dueBeforeMs ?? 0, limit: 10 },
      }),
    );
    expect(due.instances.map((one) => one.instance.id)).toEqual([`${ID}1`]);
    await side.transaction((tx) => store.tickHandled(tx, 3));
    await expect(claim()).resolves.toHaveLength(1);
  });
});
