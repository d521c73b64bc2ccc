/** An orchestrator's database full of sagas, in a Postgres of its own. */
import { resolve } from 'node:path';
import { migrations } from '#migrations/orchestrator';
import { openDatabase, type Database } from '#messaging';
import { createDatabase, startPostgres, type PostgresServer } from '#testing';
import { progress } from '../sagas/stored-sagas.js';
import { seedSagas } from './seed-sagas.js';

const NAME = 'saga_searches';

/** @param folder where its data is kept, and found filled the next time; undefined: nowhere */
export async function startSeeded(
  sagas: number,
  folder: string | undefined,
): Promise<{ readonly server: PostgresServer; readonly url: string }> {
  const server = await startPostgres({ fsync: false, ...(folder && { dataDir: resolve(folder) }) });
  try {
    const { url } = await createDatabase(server, NAME);
    if (await isEmpty(url)) await fill(url, sagas);
    return { server, url };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function isEmpty(url: string): Promise<boolean> {
  const database = await openSeeded(url);
  try {
    return (await database.query('select 1 from saga_instance limit 1')).length === 0;
  } finally {
    await database.close();
  }
}

async function fill(url: string, sagas: number): Promise<void> {
  const startedMs = performance.now();
  await seedSagas(url, sagas, (made) => progress(`seeds: ${made.toLocaleString('en-US')}`));
  progress('');
  console.error(`seeded in ${Math.round((performance.now() - startedMs) / 1_000)} s`);
}

const nothing = () => undefined;

export const openSeeded = (url: string): Promise<Database> =>
  openDatabase({
    ...{ url, poolSize: 2, applicationName: 'saga-searches', migrations },
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  });
