/** Fills the orchestrator's tables with sagas such as a shop has them. */
import pg from 'pg';
import { openDatabase, PartitionUpkeep, systemClock } from '#messaging';
import { HISTORY_TABLE } from '../../apps/orchestrator/src/persistence/history-table.js';
import { SEED_ROWS, seedValues, type SeedChunk } from './seed-rows.js';
import { SCENARIOS, type Ending } from './seed-scenarios.js';

const DAY_MS = 86_400_000;
/** Over how many days they have begun; those that go on, over the last of them. */
const DAYS = 60;
const LIVE_DAYS = 2;
const ROWS_A_CHUNK = 2_500;
const CLIENTS = 3;

/** Of a million: 20,000 that go on, 2,000 of them in need of a person, and 50,000 that were undone. */
const SHARES: Readonly<Record<Ending, number>> = {
  completed: 0.93,
  compensated: 0.05,
  live: 0.018,
  attention: 0.002,
};

export async function seedSagas(
  url: string,
  sagas: number,
  progress: (made: number) => void,
): Promise<void> {
  await makePartitions(url);
  const chunks = chunksOf(sagas, Date.now());
  let made = 0;
  const fill = (client: pg.Client) =>
    fillChunks(client, chunks, (count) => progress((made += count)));
  await withClient(url, async (client) => {
    await indexedAtOnce(client, async () => {
      await Promise.all(Array.from({ length: CLIENTS }, () => withClient(url, fill)));
    });
    await client.query('vacuum (analyze) saga_instance');
    await client.query('vacuum (analyze) saga_attribute');
    await client.query('analyze saga_history');
  });
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  // Told by the statement as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(
      `set jit = off; set synchronous_commit = off; set timezone = 'UTC'; set maintenance_work_mem = '256MB'`,
    );
    await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Indexes of a table that is filled from nothing are built when it is full: entry by entry they would be
 * read and written all over, which takes two thirds of the time.
 */
async function indexedAtOnce(client: pg.Client, work: () => Promise<void>): Promise<void> {
  const { rows: some } = await client.query('select 1 from saga_attribute limit 1');
  const { rows: indexes } = await client.query<{ name: string; text: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as text
       from pg_index where indrelid = 'saga_attribute'::regclass and not indisunique`,
  );
  const dropped = some.length > 0 ? [] : indexes;
  for (const { name } of dropped) await client.query(`drop index ${name}`);
  try {
    await work();
  } finally {
    for (const { text } of dropped) await client.query(text);
  }
}

/** Of chunks that others take from as well. */
async function fillChunks(
  client: pg.Client,
  chunks: Iterator<SeedChunk>,
  told: (count: number) => void,
): Promise<void> {
  for (let next = chunks.next(); !next.done; next = chunks.next()) {
    const values = seedValues(next.value);
    await client.query({ name: 'seed', text: SEED_ROWS, values });
    told(next.value.rows.reduce((sum, { count }) => sum + count, 0));
  }
}

/** By what the orchestrator itself makes them with. */
async function makePartitions(url: string): Promise<void> {
  const nothing = () => undefined;
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const database = await openDatabase({
    ...{ url, poolSize: 1, applicationName: 'saga-seed', migrations: [], log },
  });
  try {
    const table = { ...HISTORY_TABLE, backDays: LIVE_DAYS + 1 };
    await new PartitionUpkeep([table], { database, clock: systemClock, log }).run();
  } finally {
    await database.close();
  }
}

/** Exported for its test. The oldest first, so that ids grow. */
export function* chunksOf(sagas: number, nowMs: number): Generator<SeedChunk> {
  yield* spread(['completed', 'compensated'], sagas, nowMs - DAYS * DAY_MS, nowMs);
  yield* spread(['live', 'attention'], sagas, nowMs - LIVE_DAYS * DAY_MS, nowMs);
}

function* spread(
  endings: readonly Ending[],
  sagas: number,
  fromMs: number,
  toMs: number,
): Generator<SeedChunk> {
  const scenarios = SCENARIOS.filter(({ ending }) => endings.includes(ending)).map((scenario) => {
    const siblings = SCENARIOS.filter(({ ending }) => ending === scenario.ending);
    const parts = siblings.reduce((sum, sibling) => sum + sibling.parts, 0);
    return { scenario, total: (sagas * SHARES[scenario.ending] * scenario.parts) / parts };
  });
  const total = scenarios.reduce((sum, one) => sum + one.total, 0);
  const chunks = Math.max(1, Math.ceil(total / ROWS_A_CHUNK));
  const spanMs = (toMs - fromMs) / chunks;
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    yield {
      fromMs: Math.round(fromMs + chunk * spanMs),
      spanMs,
      // as many in all as they are to be, whatever is left over in a chunk
      rows: scenarios.map(({ scenario, total: all }) => ({
        scenario,
        count: Math.round((all * (chunk + 1)) / chunks) - Math.round((all * chunk) / chunks),
      })),
    };
  }
}
