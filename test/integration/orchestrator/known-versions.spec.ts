/** Promises attacked here: no saga is left on a version that nobody loads, and what is reported of an old one counts. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/orchestrator';
import { openDatabase, type Database } from '#messaging';
import { newInstance, SagaRegistry, type HistoryEntry, type SagaInstance } from '#saga';
import { appendHistory, findInstance, readHistory, saveInstances } from '#saga-store';
import { createDatabase, testId, testPostgres } from '#testing';
import { KnownVersions } from '../../../apps/orchestrator/src/engine/known-versions.js';
import { placeOrder } from '../../../apps/orchestrator/src/sagas/place-order.saga.js';
import { TestLog } from '../messaging/harness.js';

jest.setTimeout(240_000);

const DAY_MS = 86_400_000;
const cleanUp: (() => Promise<unknown>)[] = [];
let database: Database;

beforeAll(async () => {
  const postgres = await testPostgres();
  cleanUp.unshift(() => postgres.stop());
  const { url, drop } = await createDatabase(postgres, testId());
  cleanUp.unshift(() => drop());
  database = await openDatabase({
    ...{ url, poolSize: 2, applicationName: 'known-versions', migrations },
    log: new TestLog(),
  });
  cleanUp.unshift(() => database.close());
}, 240_000);

afterAll(async () => {
  for (const end of cleanUp) await end();
});

const saved = async (change: Partial<SagaInstance> = {}, ageDays = 0): Promise<SagaInstance> => {
  const now = Date.now() - ageDays * DAY_MS;
  const head = { id: randomUUID(), definition: placeOrder.name, version: 1, now };
  const instance = { ...newInstance({ ...head, businessKey: randomUUID() }), ...change };
  await database.transaction((tx) => saveInstances(tx, [{ instance, partition: 0 }]));
  return instance;
};

describe('a version that was taken off the list', () => {
  const starting = () =>
    new KnownVersions(database, new SagaRegistry([placeOrder])).onApplicationBootstrap();

  it('is not needed by what is over, waits for a person only, or is newer', async () => {
    await saved({ state: 'completed' });
    const attention = { step: '?', code: 'ledger-open', message: 'm' };
    await saved({ state: 'compensating', attention });
    await saved({ state: 'running', version: placeOrder.version + 1 });
    await saved({ state: 'running', version: placeOrder.version });
    await expect(starting()).resolves.toBeUndefined();
  });

  it('keeps the service from starting while sagas are under way on it, and is named', async () => {
    await saved({ state: 'running' });
    await saved({ state: 'compensating', wakeAt: Date.now() });
    await expect(starting()).rejects.toThrow(
      "sagas are under way on versions that are not loaded: 'place-order' v1 (2 sagas)",
    );
  });
});

describe('the history of a saga that began long ago', () => {
  const entry: HistoryEntry = {
    ...{ revision: 1, at: Date.now(), kind: 'report', messageId: 'm', state: 'completed' },
  };

  it('is not kept any more, and what is reported of the saga counts', async () => {
    const old = await saved({ state: 'completed' }, 120);
    const after = { ...old, revision: 1, updatedAt: old.updatedAt + 1 };
    await database.transaction(async (tx) => {
      await saveInstances(tx, [{ before: old, instance: after, partition: 0 }]);
      await appendHistory(tx, [{ instance: after, entry }]);
    });
    expect(await findInstance(database, old.id)).toMatchObject({ revision: 1 });
    expect(await readHistory(database, after)).toEqual([]);
  });

  it('is kept as long as its day is there, and must be there for a day that is not long gone', async () => {
    const [live, recent] = [await saved({}, 121), await saved({}, 30)];
    const day = new Date(live.createdAt).toISOString().slice(0, 10);
    await database.query(
      `create table saga_history_${day.replaceAll('-', '')} partition of saga_history
         for values from ('${day}') to ('${new Date(live.createdAt + DAY_MS).toISOString().slice(0, 10)}')`,
    );
    const append = (instance: SagaInstance) =>
      database.transaction((tx) => appendHistory(tx, [{ instance, entry }]));
    await append(live);
    expect(await readHistory(database, live)).toEqual([entry]);
    await expect(append(recent)).rejects.toThrow('no partition');
  });

  it('shows what jsonb would refuse as unknown', async () => {
    const instance = await saved({}, 121);
    const note = 'boom \0 \ud83d boom';
    await database.transaction((tx) =>
      appendHistory(tx, [{ instance, entry: { ...entry, note } }]),
    );
    const [kept] = await readHistory(database, instance);
    expect(kept?.note).toBe('boom \ufffd \ufffd boom');
  });
});
