/** Fills the orchestrator's tables of a data folder with clones of a saga. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { dataFolder, roleUrl, runSql, startPostgres, type PostgresServer } from '#testing';
import { disposable } from '../measure.js';
import { fillTables, type Clones, type Sizes } from './fill-tables.js';
import type { Filled } from './results.js';
import type { Surroundings } from './session.js';

export interface FillOptions extends Clones {
  readonly dataDir: string;
}

/**
 * Tables that were emptied by the transaction that fills them need no log, which would be as large
 * as they are. None of it stays when the sagas are measured.
 */
const WHILE_FILLING = {
  ...{ wal_level: 'minimal', max_wal_senders: '0', autovacuum: 'off' },
  ...{ max_wal_size: '4GB', checkpoint_timeout: '1h' },
};

export async function fill(options: FillOptions, around: Surroundings): Promise<Filled> {
  const { dataDir, count } = options;
  const logFile = dataFolder('bench', 'logs', 'growth-fill-postgres.log');
  await configure({ dataDir, logFile }, WHILE_FILLING);
  const startedAt = performance.now();
  let sizes: Sizes;
  {
    await using server = disposable(await startPostgres({ dataDir, logFile, fsync: false }));
    // A statement may run for minutes; without its server it ends at once.
    const interrupt = () => void server.stopServer('immediate');
    around.signal.addEventListener('abort', interrupt);
    try {
      sizes = await fillTables(roleUrl(server.url, 'bench_orchestrator'), options, around);
      await runSql(server.url, ['checkpoint']);
    } finally {
      around.signal.removeEventListener('abort', interrupt);
    }
  }
  await configure({ dataDir, logFile });
  // What lies in memory would be written while sagas are measured.
  await promisify(execFile)('sync', ['-f', dataDir]);
  return { level: count, seconds: (performance.now() - startedAt) / 1000, ...sizes };
}

/** Settings for the next start; none: as they come. */
async function configure(
  files: { readonly dataDir: string; readonly logFile: string },
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  await using server: PostgresServer & AsyncDisposable = disposable(
    await startPostgres({ ...files, fsync: false }),
  );
  const sets = Object.entries(settings).map(
    ([name, value]) => `alter system set ${name} = '${value}'`,
  );
  await runSql(server.url, ['alter system reset all', ...sets]);
}
