/** Two replicas may work on one saga for a moment: whoever comes second never writes over the first. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { migrations } from '#migrations/orchestrator';
import { openDatabase, RetryableError, type Database, type Tx } from '#messaging';
import { newInstance, type SagaInstance } from '#saga';
import { findInstance, lockInstances, saveInstances } from '#saga-store';
import { createDatabase, testId, testPostgres, waitFor } from '#testing';
import { TestLog } from '../messaging/harness.js';

jest.setTimeout(240_000);

const cleanUp: (() => Promise<unknown>)[] = [];
let database: Database;

beforeAll(async () => {
  const postgres = await testPostgres();
  cleanUp.unshift(() => postgres.stop());
  const { url, drop } = await createDatabase(postgres, testId());
  cleanUp.unshift(() => drop());
  const applicationName = 'two-replicas';
  database = await openDatabase({
    ...{ url, poolSize: 4, applicationName, migrations },
    log: new TestLog(),
  });
  cleanUp.unshift(() => database.close());
}, 240_000);

afterAll(async () => {
  for (const end of cleanUp) await end();
});

const begun = (businessKey: string): SagaInstance =>
  newInstance({ id: randomUUID(), definition: 'd', version: 1, businessKey, now: 0 });

const insert = (instance: SagaInstance) =>
  database.transaction((tx) => saveInstances(tx, [{ instance, partition: 0 }]));

const move = (tx: Tx, before: SagaInstance) => {
  const instance = { ...before, revision: before.revision + 1 };
  return saveInstances(tx, [{ before, instance, partition: 0 }]);
};

const lock = async (tx: Tx, id: string): Promise<SagaInstance> => {
  const { instances } = await lockInstances(tx, { ids: [id], keys: [] });
  if (!instances[0]) throw new Error(`there is no ${id}`);
  return instances[0].instance;
};

const revisionOf = async (id: string) => (await findInstance(database, id))?.revision;

describe('a replica that comes second', () => {
  it('waits until the first has written, and reads what that was', async () => {
    const saga = begun('waits');
    await insert(saga);
    const isLocked = Promise.withResolvers<void>();
    const first = database.transaction(async (tx) => {
      const before = await lock(tx, saga.id);
      isLocked.resolve();
      await waitFor(async () => (await waiting()) > 0, { what: 'the second to wait' });
      await move(tx, before);
    });
    await isLocked.promise;
    const second = database.transaction(async (tx) => move(tx, await lock(tx, saga.id)));
    await Promise.all([first, second]);
    expect(await revisionOf(saga.id)).toBe(2);
  });

  it('writes nothing when what it has read is no longer so', async () => {
    const [saga, other] = [begun('moved'), begun('not moved')];
    await Promise.all([insert(saga), insert(other)]);
    await database.transaction((tx) => move(tx, saga));
    const late = database.transaction(async (tx) => {
      await move(tx, other);
      await move(tx, saga);
    });
    await expect(late).rejects.toThrow(RetryableError);
    expect(await Promise.all([saga, other].map(({ id }) => revisionOf(id)))).toEqual([1, 0]);
  });

  it('begins no second saga for the same business key', async () => {
    const [saga, rival] = [begun('begun'), begun('begun')];
    await insert(saga);
    await expect(insert(rival)).rejects.toThrow(RetryableError);
    expect(await Promise.all([saga, rival].map(({ id }) => revisionOf(id)))).toEqual([
      0,
      undefined,
    ]);
  });
});

/** How many of this database's connections wait for a lock. */
async function waiting(): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return row?.count ?? 0;
}
