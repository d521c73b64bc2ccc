import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CommitUnknownError, isTransient, openDatabase, type Database, type Tx } from '#messaging';
import {
  createDatabase,
  freePort,
  testId,
  testPostgres,
  waitFor,
  type PostgresServer,
} from '#testing';
import { Closing, connect, migrations, TestLog } from './harness.js';
import { TcpProxy } from './tcp-proxy.js';

let postgres: PostgresServer;
const closing = new Closing();
let url: string;
let database: Database;

beforeAll(async () => {
  postgres = await testPostgres();
});
afterAll(() => postgres.stop());

beforeEach(async () => {
  const made = await createDatabase(postgres, testId());
  closing.add(() => made.drop());
  ({ url } = made);
  database = await connect(url, closing);
  await database.query('create table thing (id int primary key, made_on date)');
});
afterEach(() => closing.all());

const things = async (): Promise<number[]> =>
  (await database.query<{ id: number }>('select id from thing order by id')).map(({ id }) => id);

const insert = (tx: Tx, id: number): Promise<unknown> =>
  tx.query('insert into thing (id) values ($1)', [id]);

describe('a transaction', () => {
  test('keeps all of its statements, or none', async () => {
    await database.transaction(async (tx) => {
      await insert(tx, 1);
      await insert(tx, 2);
    });
    const failing = database.transaction(async (tx) => {
      await insert(tx, 3);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await things()).toEqual([1, 2]);
  });

  test('the first statement may fail, too', async () => {
    const failing = database.transaction((tx) => tx.query('select * from nowhere'));
    await expect(failing).rejects.toThrow('nowhere');
    await database.transaction((tx) => insert(tx, 1));
    expect(await things()).toEqual([1]);
  });

  test('does not pretend to have committed when a failed statement was swallowed', async () => {
    const swallowed = database.transaction(async (tx) => {
      await insert(tx, 1);
      await insert(tx, 1).catch(() => undefined);
    });
    await expect(swallowed).rejects.toThrow('not passed on');
    expect(await things()).toEqual([]);
  });

  test('answers with rows, for updates and deletes as for selects', async () => {
    await insert(database, 1);
    expect(await database.query('update thing set id = 2 returning id')).toEqual([{ id: 2 }]);
    expect(await database.query('delete from thing')).toEqual([]);
  });

  test('dates are the text the database shows, in every time zone', async () => {
    await database.query(`insert into thing values (1, '2026-03-01')`);
    expect(await database.query('select made_on from thing')).toEqual([{ made_on: '2026-03-01' }]);
  });
});

describe('a lost connection', () => {
  test('in the middle of a transaction: rolled back, worth another try, and the pool recovers', async () => {
    const killed = database.transaction(async (tx) => {
      await insert(tx, 1);
      const [self] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await database.query('select pg_terminate_backend($1)', [self?.pid]);
      await insert(tx, 2);
    });
    await expect(killed.catch(isTransient)).resolves.toBe(true);
    await database.transaction((tx) => insert(tx, 3));
    expect(await things()).toEqual([3]);
  });

  test('of every idle client at once does not end the process', async () => {
    await Promise.all([1, 2, 3].map(() => database.query('select pg_sleep(0.05)')));
    const other = await connect(url, closing, 1);
    await other.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()
         and backend_type = 'client backend'`,
    );
    await waitFor(() => database.query('select 1'), { what: 'the pool to recover' });
  });

  test.each([
    ['cut-before', []],
    ['cut-after', [1]],
  ] as const)('at the commit (%s): the outcome is said to be unknown', async (cut, committed) => {
    const { port } = new URL(url);
    const proxy = TcpProxy.at(await freePort(), Number(port));
    await proxy.listen();
    closing.add(() => proxy.close());
    const proxied = new URL(url);
    proxied.port = String(proxy.port);
    const far = await connect(proxied.href, closing);
    proxy.inspect = (bytes) => (bytes.includes('COMMIT') ? cut : 'pass');

    await expect(far.transaction((tx) => insert(tx, 1))).rejects.toThrow(CommitUnknownError);

    proxy.inspect = () => 'pass';
    await waitFor(async () => (await things()).length === committed.length, {
      what: 'the outcome',
    });
    expect(await things()).toEqual(committed);
  });

  test('a transaction whose process sleeps loses its locks to the others', async () => {
    const [setting] = await database.query('show idle_in_transaction_session_timeout');
    expect(setting).toEqual({ idle_in_transaction_session_timeout: '10s' });
  });
});

describe('opening the database', () => {
  const open = (to: string): Promise<Database> =>
    openDatabase({
      url: to,
      poolSize: 1,
      applicationName: 'test',
      migrations,
      log: new TestLog(),
      waitMs: 20_000,
    });

  test('replicas that start together migrate once', async () => {
    const fresh = await createDatabase(postgres, testId());
    closing.add(() => fresh.drop());
    const replicas = await Promise.all(Array.from({ length: 6 }, () => open(fresh.url)));
    for (const replica of replicas) closing.add(() => replica.close());
    const [row] = (await replicas[0]?.query('select count(*)::int as count from migrations')) ?? [];
    expect(row).toEqual({ count: migrations.length });
  });

  test('waits for a server that is not there yet', async () => {
    const { port } = new URL(url);
    const proxy = TcpProxy.at(await freePort(), Number(port));
    const proxied = new URL(url);
    proxied.port = String(proxy.port);
    const opening = open(proxied.href);
    await expect(Promise.race([opening, Promise.resolve('waiting')])).resolves.toBe('waiting');
    await proxy.listen();
    closing.add(() => proxy.close());
    const opened = await opening;
    closing.add(() => opened.close());
    expect(await opened.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('does not wait for what will not come: a wrong password', async () => {
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(open(wrong.href)).rejects.toThrow(/password/);
  });
});
