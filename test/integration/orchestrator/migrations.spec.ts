/** Instances that were written by an earlier version live on after each migration, and before it. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { InputOnce1763744400002 } from '../../../migrations/orchestrator/0002-input-once.js';
import { migrations } from '#migrations/orchestrator';
import { openDatabase, type Database } from '#messaging';
import { findInstance, listInstances } from '#saga-store';
import { createDatabase, testId, testPostgres } from '#testing';
import { TestLog } from '../messaging/harness.js';

const ORDER = { orderId: 'o-1', items: [{ productId: 'a', quantity: 2 }] };

const cleanUp: (() => Promise<unknown>)[] = [];
let url: string;
beforeAll(async () => {
  const postgres = await testPostgres();
  cleanUp.unshift(() => postgres.stop());
  const created = await createDatabase(postgres, testId());
  cleanUp.unshift(() => created.drop());
  ({ url } = created);
});
afterAll(async () => {
  for (const end of cleanUp) await end();
});

/** The database as the first `count` migrations leave it. */
const withDatabase = async <T>(count: number, work: (database: Database) => Promise<T>) => {
  const database = await openDatabase({
    ...{ url, poolSize: 2, applicationName: 'migrations', log: new TestLog() },
    migrations: migrations.slice(0, count),
  });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
};

it('moves the input of every instance into its own column, and back', async () => {
  const [started, awaiting] = [randomUUID(), randomUUID()];
  const steps = { reserve: { state: 'done' } };
  await withDatabase(1, async (database) => {
    for (const [id, state, input] of [
      [started, 'running', ORDER],
      [awaiting, 'awaiting-start', null],
    ]) {
      await database.query(
        `insert into saga_instance
           (id, definition, version, business_key, revision, state, partition, created_at,
            updated_at, body)
         values ($1::uuid, 'd', 1, $1::uuid::text, 3, $2, 0, now(), now(), $3)`,
        [id, state, JSON.stringify({ input, steps, ledger: {} })],
      );
    }
  });
  await withDatabase(2, async (database) => {
    expect(await findInstance(database, started)).toMatchObject({
      input: ORDER,
      steps,
      revision: 3,
    });
    expect(await findInstance(database, awaiting)).toMatchObject({ input: null, steps });
    const found = await listInstances(database, { businessKey: started, limit: 10 });
    expect(found.map(({ id }) => id)).toEqual([started]);
    const runner = database.dataSource.createQueryRunner();
    await new InputOnce1763744400002().down(runner);
    await runner.release();
    const bodies = await database.query<{ id: string; body: unknown }>(
      'select id, body from saga_instance where id = $1',
      [started],
    );
    expect(bodies).toEqual([{ id: started, body: { input: ORDER, steps, ledger: {} } }]);
  });
});
