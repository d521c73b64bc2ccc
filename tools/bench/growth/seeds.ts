/** One real saga, as it waited and as it had finished: what all others are copies of. */
import { join } from 'node:path';
import { runSql, waitFor } from '#testing';
import type { Surroundings } from './session.js';
import { startWorld } from './world.js';

/** Rows as JSON. */
export interface Seed {
  readonly instance: string;
  readonly history: string;
  /** When it began. */
  readonly createdAt: string;
}

export interface Seeds {
  readonly waiting: Seed;
  readonly finished: Seed;
  /** A data folder of Postgres with the tables of all services. */
  readonly dataDir: string;
}

const ORDER = 'seed';
/** 24 days, nearly the most that a process's timer can be set to. */
const LONG_MS = String(24 * 86_400_000);

const INSTANCE = `
  select row_to_json(i)::text as instance, created_at::text as created_at, id::text as id
    from saga_instance as i where business_key = '${ORDER}'`;

const waits = `${INSTANCE} and wake_at > now() + interval '1 day'`;

/** Its first step is asked for while nobody answers; then somebody does. */
export async function growSeeds(folder: string, { signal, show }: Surroundings): Promise<Seeds> {
  const dataDir = join(folder, 'seeds');
  show('starts, to let a saga wait and finish');
  await using world = await startWorld({
    dataDir,
    system: {
      later: ['inventory'],
      env: { orchestrator: { STEP_TIMEOUT_MS: LONG_MS, STEP_BACKOFF_MAX_MS: LONG_MS } },
    },
  });
  const { system } = world;
  if (signal.aborted) throw new Error('interrupted');
  const url = system.databaseOf('orchestrator');
  await system.place(ORDER, false);
  const what = 'a saga that waits';
  await waitFor(async () => (await runSql(url, [waits])).length === 1, { what });
  const waiting = await seedOf(url);
  await system.startProcess('inventory');
  await system.endingOf(ORDER);
  return { waiting, finished: await seedOf(url), dataDir };
}

async function seedOf(url: string): Promise<Seed> {
  const [row] = await runSql(url, [INSTANCE]);
  const { instance, id, created_at: createdAt } = row as Record<string, string>;
  const [history] = await runSql(url, [
    `select json_agg(h order by revision)::text as rows
       from saga_history as h where saga_id = '${id}'`,
  ]);
  return { instance, createdAt, history: history?.['rows'] } as Seed;
}
