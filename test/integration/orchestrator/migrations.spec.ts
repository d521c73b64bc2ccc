/** Instances that were written by an earlier version live on after each migration, and before it. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { InputOnce1763744400002 } from '../../../migrations/orchestrator/0002-input-once.js';
import { ShortBodies1764201600004 } from '../../../migrations/orchestrator/0004-short-bodies.js';
import { Search1764288000005 } from '../../../migrations/orchestrator/0005-search.js';
import { migrations } from '#migrations/orchestrator';
import { openDatabase, type Database } from '#messaging';
import { attributesOf, newInstance, SagaRegistry, signsOf, type SagaInstance } from '#saga';
import { findInstance, readAttributes, saveInstances } from '#saga-store';
import { createDatabase, testId, testPostgres } from '#testing';
import { sagas } from '../../../apps/orchestrator/src/sagas/index.js';
import { TestLog } from '../messaging/harness.js';
import { Maker, numbersFrom } from './search-oracle.js';

const ORDER = { orderId: 'o-1', items: [{ productId: 'a', quantity: 2 }] };

let postgres: Awaited<ReturnType<typeof testPostgres>>;
let created: Awaited<ReturnType<typeof createDatabase>>;
let url: string;
beforeAll(async () => {
  postgres = await testPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  created = await createDatabase(postgres, testId());
  ({ url } = created);
});
afterEach(() => created.drop());

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

it('writes whole documents again when it goes back', async () => {
  const createdAt = Date.UTC(2026, 10, 26, 23, 59, 59, 990);
  const id = randomUUID();
  const command = {
    commandId: `${id}:a`,
    issuedOn: '2026-11-27',
    attempts: 2,
    sentAt: createdAt + 15,
  };
  const undo = { ...command, commandId: `${id}:b:undo`, state: 'sent', round: 1 } as const;
  const effect = {
    kind: 'stock',
    unit: 'pcs',
    taken: 4,
    returned: 0,
    revision: 1,
    step: 'a',
  } as const;
  const head = { id, definition: 'd', version: 1, businessKey: id, now: createdAt };
  const instance: SagaInstance = {
    ...newInstance(head),
    steps: {
      a: { state: 'done', command, finishedAt: createdAt + 20, result: { price: null } },
      b: {
        state: 'undoing',
        command: { ...command, commandId: `${id}:b`, dueAt: createdAt + 9 },
        undo,
      },
      c: { state: 'sent', command: { ...command, commandId: `${id}:c`, dueAt: createdAt + 900 } },
      d: { state: 'skipped' },
    },
    ledger: {
      x: { id: 'x', ...effect },
      y: { id: 'y', ...effect, note: 'more than usual' } as SagaInstance['ledger'][string],
    },
    // no text of jsonb, but of json
    cause: { code: 'cancelled', message: 'by the customer \ud83d \u0000' },
  };
  const { steps, ledger, cause } = instance;
  await withDatabase(migrations.length, async (database) => {
    await database.transaction((tx) => saveInstances(tx, [{ instance, partition: 0 }]));
    const form = `select json_typeof(body) as form, body from saga_instance where id = '${id}'`;
    expect(await database.query(form)).toMatchObject([{ form: 'array' }]);
    const runner = database.dataSource.createQueryRunner();
    await new ShortBodies1764201600004().down(runner);
    await runner.release();
    expect(await database.query(form)).toEqual([
      { form: 'object', body: { steps, ledger, cause } },
    ]);
    expect(await findInstance(database, id)).toEqual(instance);
  });
});

it('makes known what sagas are searched for by, of whole documents and short ones', async () => {
  const make = new Maker(numbersFrom(7));
  const registry = new SagaRegistry(sagas);
  const all = Array.from({ length: 300 }, () => make.saga());
  const state = 'select id, signs from saga_instance where signs is not null order by id';
  type Signed = { id: string; signs: string[] };
  await withDatabase(migrations.length, async (database) => {
    const changes = all.map(({ instance }) => ({ instance, partition: 0 }));
    await database.transaction((tx) => saveInstances(tx, changes));
    const whole = all.slice(0, 150).map(({ instance }) => {
      const { steps, ledger, cause, attention, alsoAttention, held } = instance;
      const body = { steps, ledger, cause, attention, alsoAttention, held };
      return [instance.id, JSON.stringify(body)] as const;
    });
    await database.query(
      `update saga_instance i set body = n.body::json
         from unnest($1::uuid[], $2::text[]) as n (id, body) where i.id = n.id`,
      [whole.map(([id]) => id), whole.map(([, body]) => body)],
    );
    const written = await database.query<Signed>(state);
    const runner = database.dataSource.createQueryRunner();
    const search = new Search1764288000005();
    await search.down(runner);
    const columns = await database.query(
      `select 1 from information_schema.columns
        where column_name = 'signs' or table_name = 'saga_attribute'`,
    );
    expect(columns).toEqual([]);
    await search.up(runner);
    await runner.release();
    const read = await database.query<Signed>(state);
    const sorted = (rows: Signed[]) => rows.map(({ id, signs }) => [id, signs.toSorted()]);
    expect(sorted(read)).toEqual(sorted(written));
    expect(sorted(read)).toEqual(
      all
        .map(({ instance }) => [instance.id, signsOf(instance).toSorted()] as const)
        .filter(([, signs]) => signs.length > 0)
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
    const ids = all.map(({ instance }) => instance.id);
    const attributes = await readAttributes(database, ids);
    for (const { instance, definition } of all) {
      const found = attributes.get(instance.id) ?? {};
      const { definition: name, version, input } = instance;
      expect(found).toEqual(attributesOf(registry.find(name, version) ?? definition, input));
    }
  });
});
