/** Opens a service's database: waits for the server, migrates, hands out the pool. */
import pg from 'pg';
import { DataSource, type DataSourceOptions, type MigrationInterface } from 'typeorm';
import { backoffMs, sleep, type Clock, systemClock } from './clock.js';
import { Database } from './database.js';
import { asError, isTransient } from './errors.js';
import type { MessagingLog } from './log.js';

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly applicationName: string;
  readonly migrations: readonly (new () => MigrationInterface)[];
  readonly entities?: readonly (abstract new (...args: never[]) => object)[];
  readonly log: MessagingLog;
  /** How long to wait for a server that is not there yet. Default 60 s. */
  readonly waitMs?: number;
  readonly clock?: Clock;
}

/** A statement that runs longer hangs on something; it fails and is tried again. */
const STATEMENT_TIMEOUT_MS = 30_000;
/** Above the server's own time-out: for a server that does not even answer any more. */
const QUERY_TIMEOUT_MS = 40_000;
/**
 * A transaction never waits for anything but its own statements. One that idles longer belongs to a
 * process that is stopped or dead, and its locks would keep everybody else waiting.
 */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;

/**
 * Every statement of the services finds its rows by a key. A plan lives as long as its connection,
 * and one that was made while a table was empty would read all of it for ever after.
 */
const SESSION_OPTIONS = [
  'timezone=UTC',
  'enable_seqscan=off',
  'enable_mergejoin=off',
  'enable_hashjoin=off',
  'jit=off',
  // The server would plan anew whenever it guesses that the lengths of lists matter.
  'plan_cache_mode=force_generic_plan',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

const DATE_OID = 1082;

/** Dates stay `YYYY-MM-DD`: the driver would make them midnight of the process's time zone. */
const types = {
  getTypeParser: (oid: number, format: 'text' | 'binary' = 'text'): unknown =>
    oid === DATE_OID && format === 'text'
      ? (value: string) => value
      : (pg.types.getTypeParser as (oid: number, format: string) => unknown)(oid, format),
};

/**
 * @throws when the server cannot be reached within the time, refuses the role, or a migration fails
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  await waitForServer(options, () => migrate(options));
  const dataSource = new DataSource(
    dataSourceOptions(options, {
      poolSize: options.poolSize,
      entities: [...(options.entities ?? [])] as (new () => object)[],
      extra: {
        types,
        // A client that is lent out when its server dies reports that as an event, too; without a
        // listener it would end the process. Its query fails as well, and that is dealt with.
        onConnect: (client: pg.Client) => void client.on('error', () => undefined),
        // Lets BEGIN and the first statement share a round trip.
        pipeline: true,
        options: SESSION_OPTIONS,
        statement_timeout: STATEMENT_TIMEOUT_MS,
        query_timeout: QUERY_TIMEOUT_MS,
        idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
        keepAlive: true,
        idleTimeoutMillis: 30_000,
      },
    }),
  );
  await waitForServer(options, () => dataSource.initialize());
  return new Database(dataSource);
}

/**
 * Applies what is missing of the migrations. Replicas that start together take turns, by an
 * advisory lock that ends with its connection.
 */
async function migrate(options: DatabaseOptions): Promise<void> {
  const migrations = [...options.migrations];
  if (migrations.length === 0) return;
  const dataSource = new DataSource(
    dataSourceOptions(options, { poolSize: 2, migrations, migrationsTransactionMode: 'each' }),
  );
  await dataSource.initialize();
  try {
    const runner = dataSource.createQueryRunner();
    await runner.query(`select pg_advisory_lock(hashtext('migrations'))`);
    try {
      const applied = await dataSource.runMigrations();
      const names = applied.map(({ name }) => name);
      if (names.length > 0) options.log.info({ migrations: names }, 'database migrated');
    } finally {
      await runner
        .query(`select pg_advisory_unlock(hashtext('migrations'))`)
        .catch(() => undefined);
      await runner.release();
    }
  } finally {
    await dataSource.destroy();
  }
}

const dataSourceOptions = (
  { url, applicationName, log }: DatabaseOptions,
  more: Partial<DataSourceOptions>,
): DataSourceOptions =>
  ({
    type: 'postgres',
    url,
    applicationName,
    installExtensions: false,
    logging: false,
    connectTimeoutMS: 5_000,
    poolErrorHandler: (error: unknown) =>
      log.warn({ err: asError(error) }, 'lost an idle database connection'),
    ...more,
  }) as DataSourceOptions;

async function waitForServer<T>(options: DatabaseOptions, attempt: () => Promise<T>): Promise<T> {
  const clock = options.clock ?? systemClock;
  const deadline = clock.now() + (options.waitMs ?? 60_000);
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      const delayMs = backoffMs(tries, 100, 2_000);
      if (!isTransient(error) || clock.now() + delayMs > deadline) throw error;
      options.log.warn({ err: asError(error) }, 'the database is not ready, trying again');
      await sleep(clock, delayMs);
    }
  }
}
