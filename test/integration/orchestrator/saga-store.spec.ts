/** Locks, timers and positions as Postgres keeps them: what no decision can see. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { migrations } from '#migrations/orchestrator';
import { openDatabase, type Database, type Tx } from '#messaging';
import { newInstance, type SagaInstance } from '#saga';
import {
  claimTicks,
  ensureTickRows,
  lockInstances,
  pageOfInstances,
  readAttributes,
  saveInstances,
  ticksHandled,
} from '#saga-store';
import { createDatabase, runSql, testId, testPostgres } from '#testing';
import { TestLog } from '../messaging/harness.js';

jest.setTimeout(240_000);

const cleanUp: (() => Promise<unknown>)[] = [];
let database: Database;
let url: string;

beforeAll(async () => {
  const postgres = await testPostgres();
  cleanUp.unshift(() => postgres.stop());
  const own = await createDatabase(postgres, testId());
  url = own.url;
  cleanUp.unshift(() => own.drop());
  const applicationName = 'saga-store';
  database = await openDatabase({
    ...{ url, poolSize: 4, applicationName, migrations },
    log: new TestLog(),
  });
  cleanUp.unshift(() => database.close());
  await database.transaction((tx) => ensureTickRows(tx, 12));
}, 240_000);

afterAll(async () => {
  for (const end of cleanUp) await end();
});

const HOUR_MS = 3_600_000;
const NO_KEYS = { ids: [], keys: [] };

const begun = (wakeAt: number | null = null): SagaInstance => {
  const head = { definition: 'd', version: 1, businessKey: randomUUID(), now: 0 };
  return { ...newInstance({ id: randomUUID(), ...head }), wakeAt };
};

const insert = (partition: number, ...instances: SagaInstance[]) =>
  database.transaction((tx) =>
    saveInstances(
      tx,
      instances.map((instance) => ({ instance, partition })),
    ),
  );

const writesIn = async (tx: Tx) => {
  const [row] = await tx.query<{ updates: number; heapOnly: number }>(
    `select n_tup_upd::int as updates, n_tup_hot_upd::int as "heapOnly"
       from pg_stat_xact_user_tables where relname = 'saga_instance'`,
  );
  return row;
};

const claim = () => database.transaction(claimTicks);
const partitionsOf = (ticks: readonly { partition: number }[]) =>
  ticks.map(({ partition }) => partition);

describe('instances that are locked together', () => {
  it('are locked in the order of their ids, however they were stored and asked for', async () => {
    const instances = Array.from({ length: 50 }, () => begun());
    await insert(0, ...instances);
    const ids = instances.map(({ id }) => id);
    const locked = await database.transaction((tx) => lockInstances(tx, { ids, keys: [] }));
    expect(locked.instances.map(({ instance }) => instance.id)).toEqual(ids.toSorted());
  });
});

describe('an instance whose timer moves a little', () => {
  it('is written within its page, past all indexes', async () => {
    const minute = 1_000 * 60_000;
    const instance = begun(minute + 10_000);
    await insert(0, instance);
    const moved = (before: SagaInstance, wakeAt: number): SagaInstance => ({
      ...before,
      wakeAt,
      revision: before.revision + 1,
    });
    const soon = moved(instance, minute + 20_000);
    const later = moved(soon, minute + 80_000);
    const writes = await database.transaction(async (tx) => {
      await saveInstances(tx, [{ before: instance, instance: soon, partition: 0 }]);
      const first = await writesIn(tx);
      await saveInstances(tx, [{ before: soon, instance: later, partition: 0 }]);
      return [first, await writesIn(tx)];
    });
    expect(writes).toEqual([
      { updates: 1, heapOnly: 1 },
      { updates: 2, heapOnly: 1 },
    ]);
    await database.query('update saga_instance set wake_at = null');
  });
});

describe('what a saga is found by', () => {
  const command = { commandId: 'c', issuedOn: '1970-01-01', attempts: 1, sentAt: 0 };
  const moved = (before: SagaInstance, change: Partial<SagaInstance>): SagaInstance => ({
    ...before,
    ...change,
    revision: before.revision + 1,
  });
  const signsOfRow = async (id: string) => {
    const rows = await database.query<{ signs: string[] | null }>(
      'select signs from saga_instance where id = $1',
      [id],
    );
    return rows[0]?.signs;
  };

  /** Those before that the connection has not told the server of yet do not count. */
  const writesOf = (work: (tx: Tx) => Promise<void>) =>
    database.transaction(async (tx) => {
      const before = await writesIn(tx);
      await work(tx);
      const after = await writesIn(tx);
      return {
        updates: (after?.updates ?? 0) - (before?.updates ?? 0),
        heapOnly: (after?.heapOnly ?? 0) - (before?.heapOnly ?? 0),
      };
    });

  it('is nothing while it goes its way, so that each message leaves all indexes alone', async () => {
    const instance = begun();
    await insert(7, instance);
    const sent = moved(instance, {
      state: instance.state,
      steps: { a: { state: 'sent', command } },
    });
    const done = moved(sent, { steps: { a: { state: 'done', command, finishedAt: 5 } } });
    const writes = await writesOf(async (tx) => {
      await saveInstances(tx, [{ before: instance, instance: sent, partition: 7 }]);
      await saveInstances(tx, [{ before: sent, instance: done, partition: 7 }]);
    });
    expect(writes).toEqual({ updates: 2, heapOnly: 2 });
    expect(await signsOfRow(instance.id)).toBeNull();
  });

  it('stays within its page, too, while what is odd about it stays the same', async () => {
    const instance = begun();
    await insert(7, instance);
    const again = (attempts: number) => ({
      steps: { a: { state: 'sent', command: { ...command, attempts } } } as const,
    });
    const second = moved(instance, again(2));
    const third = moved(second, again(3));
    const writes = await writesOf(async (tx) => {
      await saveInstances(tx, [{ before: instance, instance: second, partition: 7 }]);
      await saveInstances(tx, [{ before: second, instance: third, partition: 7 }]);
    });
    expect(writes).toEqual({ updates: 2, heapOnly: 1 });
    expect(await signsOfRow(instance.id)).toEqual(['a=resent', '*=resent']);
  });

  it('is written once, by one statement a batch, and anew when the input changes it', async () => {
    const instances = Array.from({ length: 20 }, () => ({ ...begun(), input: {} }));
    const asked: string[] = [];
    const save = (changes: Parameters<typeof saveInstances>[1]) =>
      database.transaction((tx) =>
        saveInstances(
          {
            query: (sql, values) => {
              asked.push(sql.trim().split(/\s+/, 3).slice(0, 3).join(' '));
              return tx.query(sql, values);
            },
          },
          changes,
        ),
      );
    const attributes = { customer: 'c-1', 'amount.GBP': 12 };
    await save(instances.map((instance) => ({ instance, partition: 8, attributes })));
    expect(asked).toEqual(['insert into saga_instance', 'insert into saga_attribute']);
    const [first] = instances as [SagaInstance];
    const read = async () => (await readAttributes(database, [first.id])).get(first.id);
    expect(await read()).toEqual(attributes);
    asked.length = 0;
    const second = moved(first, {});
    await save([{ before: first, instance: second, partition: 8 }]);
    expect(asked).toEqual(['update saga_instance i']);
    const third = moved(second, { input: { other: 1 } });
    await save([
      { before: second, instance: third, partition: 8, attributes: { customer: 'c-2' } },
    ]);
    expect(await read()).toEqual({ customer: 'c-2' });
    expect((await readAttributes(database, [instances[1]?.id ?? ''])).size).toBe(1);
  });
});

describe('a tick', () => {
  it('takes up what is due in its partition, and nothing else', async () => {
    const [due, later, never] = [begun(1_000), begun(2_001), begun()];
    await insert(1, due, later, never);
    await insert(2, begun(1_000));
    const { instances } = await database.transaction((tx) =>
      lockInstances(tx, { ...NO_KEYS, due: [{ partition: 1, beforeMs: 2_000, limit: 10 }] }),
    );
    expect(instances.map(({ instance }) => instance.id)).toEqual([due.id]);
    await database.query('update saga_instance set wake_at = null');
  });

  it('is written for a partition in which something is due, once until it has been read', async () => {
    await insert(3, begun(Date.now() - HOUR_MS));
    await insert(4, begun(Date.now() + HOUR_MS));
    expect(partitionsOf(await claim())).toEqual([3]);
    expect(await claim()).toEqual([]);
    await database.transaction((tx) => ticksHandled(tx, [3]));
    expect(partitionsOf(await claim())).toEqual([3]);
  });

  it('is not written for what is due in a moment, in the same minute', async () => {
    const claimed = await database.transaction(async (tx) => {
      const [at] = await tx.query<{ now: number }>(
        `select floor(extract(epoch from now()) * 1000)::float8 as now`,
      );
      const instance = begun((at?.now ?? 0) + 2);
      await saveInstances(tx, [{ instance, partition: 6 }]);
      return claimTicks(tx);
    });
    expect(partitionsOf(claimed)).not.toContain(6);
  });

  it('is written again when it was lost', async () => {
    await insert(5, begun(Date.now() - HOUR_MS));
    expect(partitionsOf(await claim())).toContain(5);
    await database.query(
      `update saga_tick set ticked_at = now() - interval '1 minute' where partition = 5`,
    );
    expect(partitionsOf(await claim())).toEqual([5]);
  });
});

describe('where the last commands of an instance stand', () => {
  it('is kept by whatever sends nothing', async () => {
    const instance = begun();
    const position = { epoch: '7', seq: '3' };
    await database.transaction((tx) => saveInstances(tx, [{ instance, partition: 6, position }]));
    const next = { ...instance, revision: 1 };
    await database.transaction((tx) =>
      saveInstances(tx, [{ before: instance, instance: next, partition: 6 }]),
    );
    const { instances } = await database.transaction((tx) =>
      lockInstances(tx, { ids: [instance.id], keys: [] }),
    );
    expect(instances[0]?.position).toEqual(position);
  });
});

describe('a page of all instances', () => {
  it('goes on behind the page before, in their order', async () => {
    const definition = randomUUID();
    const all = Array.from({ length: 5 }, () => ({ ...begun(), definition }));
    await insert(3, ...all);
    const ids = all.map(({ id }) => id).toSorted();
    const page = { live: true, definition, limit: 3 };
    const first = await pageOfInstances(database, page);
    expect(first.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    const second = await pageOfInstances(database, { ...page, after: first[2]?.id ?? '' });
    expect(second.map(({ id }) => id)).toEqual(ids.slice(3));
  });

  it('is found by its first id, not by reading all before it', async () => {
    const asked: string[] = [];
    const query = (sql: string) => {
      asked.push(sql);
      return Promise.resolve([]);
    };
    await pageOfInstances({ query } as unknown as Database, { live: true, limit: 1 });
    // As the services' connections plan it.
    const plan = await runSql(url, [
      'set enable_seqscan = off',
      `explain (generic_plan) ${asked[0]}`,
    ]);
    const lines = plan.map((row) => String(row['QUERY PLAN']).trim());
    expect(lines).toContainEqual(expect.stringMatching(/^Index Cond: \(id > \$3\)/));
  });
});
