/** A Postgres with the project's own system on it, for as long as somebody measures. */
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dataFolder, startPostgres, type PostgresServer } from '#testing';
import { disposable } from '../measure.js';
import { BenchSystem, type Root, type SystemOptions } from '../own/system.js';

export interface WorldOptions {
  /** Of Postgres; stays, so that the next world goes on with its data. */
  readonly dataDir: string;
  readonly system?: Omit<SystemOptions, 'postgresUrl' | 'folder'>;
}

export interface World extends AsyncDisposable {
  readonly postgres: PostgresServer;
  readonly system: BenchSystem;
  /** Where the data lies. */
  readonly folder: string;
}

/** The broker and its topics are new each time: a system that was stopped has nothing under way. */
export async function startWorld({ dataDir, system: options }: WorldOptions): Promise<World> {
  const folder = dirname(dataDir);
  const files = `${dataDir}-files`;
  await using resources = new AsyncDisposableStack();
  resources.defer(() => rm(files, { recursive: true, force: true }));
  await rm(files, { recursive: true, force: true });
  await mkdir(files, { recursive: true });
  const logFile = dataFolder('bench', 'logs', 'growth-postgres.log');
  const postgres = resources.use(
    disposable(await startPostgres({ dataDir, logFile, fsync: true })),
  );
  const system = resources.use(
    disposable(new BenchSystem({ ...options, postgresUrl: postgres.url, folder: files })),
  );
  await system.start();
  const started = resources.move();
  return {
    ...{ postgres, system, folder },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** The processes of a world that are not the load's. */
export const rootsOf = ({ system, postgres }: World): Root[] => [
  ...system.roots,
  ...(postgres.pid === undefined ? [] : [{ name: 'Postgres', pid: postgres.pid }]),
];

/** A folder of its own, empty at first, removed with the block that holds it. */
export async function emptyFolder(name: string): Promise<{ path: string } & AsyncDisposable> {
  const path = join(dataFolder('bench'), `growth-${name}`);
  const remove = () => rm(path, { recursive: true, force: true });
  await remove();
  await mkdir(path, { recursive: true });
  return { path, [Symbol.asyncDispose]: remove };
}
