/**
 * The two sides that every port's contract is held against: Postgres, and the simulator's database.
 * Each opens a fresh database; what waits for a lock there can be waited for.
 */
import type { MigrationInterface } from 'typeorm';
import {
  openDatabase,
  OUTBOX_TABLE,
  PartitionUpkeep,
  systemClock,
  type Database,
  type PartitionedTable,
  type Tx,
} from '#messaging';
import {
  copyDatabase,
  createDatabase,
  testId,
  testPostgres,
  waitFor,
  type PostgresServer,
  type TestDatabase,
} from '#testing';
import { SimDatabase, type SimConnection } from '../../../tools/simulate/database/database.js';
import { newActor } from '../../../tools/simulate/world/scheduler.js';
import { World } from '../../../tools/simulate/world/world.js';
import { silent } from '../participant-harness.js';

export interface Side {
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** For statements of their own. */
  readonly session: Tx;
  /** Resolves when somebody waits for a lock. */
  someoneWaits(): Promise<void>;
  readonly postgres: Database | undefined;
  readonly simulated: SimConnection | undefined;
  close(): Promise<void>;
}

const WAITING = { what: 'somebody who waits for a lock' };

export interface Schema {
  readonly migrations: readonly (new () => MigrationInterface)[];
  readonly tables: readonly PartitionedTable[];
}

const open = (url: string, { migrations }: Schema): Promise<Database> =>
  openDatabase({
    url,
    ...{ poolSize: 5, applicationName: 'ports-test', migrations, log: silent },
  });

/** Made once for a file of tests; each test has a copy of it. */
let original: (Pick<Schema, 'migrations'> & { serverUrl: string; made: TestDatabase }) | undefined;

async function originalOf(server: PostgresServer, schema: Schema): Promise<TestDatabase> {
  const { migrations } = schema;
  if (original?.serverUrl === server.url && original.migrations === migrations) {
    return original.made;
  }
  const made = await createDatabase(server, testId());
  const database = await open(made.url, schema);
  const upkeep = { database, clock: systemClock, log: silent };
  await new PartitionUpkeep([OUTBOX_TABLE, ...schema.tables], upkeep).run();
  await database.close();
  original = { migrations, serverUrl: server.url, made };
  return made;
}

async function openPostgres(schema: Schema): Promise<Side> {
  const server = await testPostgres();
  const copy = await copyDatabase(server, await originalOf(server, schema), testId());
  const database = await open(copy.url, schema);
  const waiters = `select count(*)::int as count from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock'`;
  return {
    transaction: (work) => database.transaction(work),
    session: database,
    someoneWaits: async () => {
      await waitFor(async () => {
        const [row] = await database.query<{ count: number }>(waiters);
        return (row?.count ?? 0) > 0;
      }, WAITING);
    },
    postgres: database,
    simulated: undefined,
    close: async () => {
      await database.close();
      await copy.drop();
      await server.stop();
    },
  };
}

/** One where nothing goes wrong. */
export const newWorld = (): World =>
  new World({
    seed: 1,
    rates: {},
    spared: new Set(),
    slowestMs: 5,
    brokerMs: 5,
    keepTrace: false,
  });

function openSimulated(): Promise<Side> {
  const world = newWorld();
  const connection = new SimDatabase(world, 'ports').connect(newActor('test'));
  let isOpen = true;
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  // Virtual time passes by itself here, as the machine's does.
  const running = (async () => {
    while (isOpen) {
      await world.scheduler.run(Infinity);
      await turn();
    }
  })();
  let seen = 0;
  return Promise.resolve({
    transaction: (work) => connection.transaction(work),
    session: connection,
    someoneWaits: async () => {
      await waitFor(() => (world.situations.get('waited for a row lock') ?? 0) > seen, WAITING);
      seen = world.situations.get('waited for a row lock') ?? 0;
    },
    postgres: undefined,
    simulated: connection,
    close: async () => {
      isOpen = false;
      await running;
    },
  } satisfies Side);
}

export const SIDES: readonly (readonly [string, (schema: Schema) => Promise<Side>])[] = [
  ['Postgres', openPostgres],
  ['the simulator', openSimulated],
];

/**
 * Asks for 2 and 1 while somebody has 1, and meanwhile for 2 alone: that is only to be had as long as
 * locks are taken in the order of the ids. The rows have to lie in the other order.
 */
export const inOrder = (
  side: Side,
  lock: (tx: Tx, nos: readonly number[]) => Promise<unknown>,
): Promise<string[]> =>
  second(
    side,
    (tx) => lock(tx, [1]),
    (tx) => lock(tx, [2, 1]),
    'commit',
    async () => {
      await side.transaction((tx) => lock(tx, [2]));
    },
  );

/** Runs both until each has what the other one wants, then lets them go on. @returns what failed */
export async function crossed(
  side: Side,
  lock: (tx: Tx, no: 1 | 2) => Promise<unknown>,
): Promise<unknown[]> {
  const both = [0, 1].map(() => Promise.withResolvers<void>());
  const crossing = ([1, 2] as const).map((own, index) =>
    side.transaction(async (tx) => {
      await lock(tx, own);
      both[index]?.resolve();
      await Promise.all(both.map(({ promise }) => promise));
      await lock(tx, own === 1 ? 2 : 1);
    }),
  );
  const ends = await Promise.allSettled(crossing);
  return ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
}

/**
 * Runs `first` in a transaction that stays open until `then` waits for it and `meanwhile` is over;
 * then lets both end.
 */
export async function second(
  side: Side,
  first: (tx: Tx) => Promise<unknown>,
  then: (tx: Tx) => Promise<unknown>,
  end: 'commit' | 'rollback' = 'commit',
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const order: string[] = [];
  const isLocked = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  const held = side
    .transaction(async (tx) => {
      await first(tx);
      isLocked.resolve();
      await mayEnd.promise;
      order.push('first ends');
      if (end === 'rollback') throw new Error('taken back');
    })
    .catch((error: unknown) => {
      if (end === 'commit') throw error;
    });
  await isLocked.promise;
  const waits = side.transaction(async (tx) => {
    await then(tx);
    order.push('second has it');
  });
  const settled = waits.catch(() => undefined);
  await side
    .someoneWaits()
    .then(meanwhile)
    .finally(() => mayEnd.resolve());
  await Promise.all([held, settled]);
  await waits;
  return order;
}
