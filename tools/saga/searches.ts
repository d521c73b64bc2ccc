/** `npm run saga -- searches`. */
import { parseArgs } from 'node:util';
import type { Database } from '#messaging';
import type { PostgresServer } from '#testing';
import { UsageError } from '../sagas/arguments.js';
import { openSagaDatabase, progress } from '../sagas/stored-sagas.js';
import { formatTable } from '../stack/table.js';
import type { SagaCommand } from './command.js';
import { measureSearch, type SearchCost } from './measure-searches.js';
import { searchCases, type Known } from './search-cases.js';
import { readSeedArguments } from './seed.js';
import { openSeeded, startSeeded } from './seeded-database.js';

const help = `Measures every search that the admin API offers, and says what their plans read.

  npm run saga -- searches [options]

  --database URL    the orchestrator's database; default: that of the running stack
  --sagas N         instead: a Postgres of its own, seeded with so many, and started anew before each
                    first time
  --data FOLDER     beside --sagas: where its data is kept, and found filled the next time
  --json            for scripts

In ms: a page of 50 and the count, the first time and the median of five times after it. The exit status
is 1 when one of the latter takes more than 200 ms, or a plan reads a table as a whole.`;

const MOST_MS = 200;

async function run(args: readonly string[]): Promise<number> {
  const { sagas, database, data, json } = parse(args);
  if (sagas !== undefined && database !== undefined) {
    throw new UsageError('--sagas is for a Postgres of its own: leave --database out');
  }
  const costs =
    sagas === undefined
      ? await measureGiven(database)
      : await measureOwn(readSeedArguments(['--sagas', sagas]).sagas, data);
  progress('');
  if (json) console.log(JSON.stringify(costs));
  else show(costs);
  const slow = ({ warmMs, countWarmMs, scans }: SearchCost): boolean =>
    Math.max(warmMs, countWarmMs) > MOST_MS || scans.length > 0;
  return costs.some(slow) ? 1 : 0;
}

function parse(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const options = { sagas: text, database: text, data: text, json: { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function measureGiven(url: string | undefined): Promise<SearchCost[]> {
  const database = await openSagaDatabase(url);
  try {
    return await measureAll(() => Promise.resolve(database));
  } finally {
    await database.close();
  }
}

async function measureOwn(sagas: number, folder: string | undefined): Promise<SearchCost[]> {
  const { server, url } = await startSeeded(sagas, folder);
  let open: Database | undefined;
  try {
    return await measureAll(async () => {
      await open?.close();
      await restarted(server);
      open = await openSeeded(url);
      await open.query('select 1');
      return open;
    });
  } finally {
    await open?.close();
    await server.stop();
  }
}

const restarted = async (server: PostgresServer): Promise<void> => {
  await server.stopServer('fast');
  await server.startServer();
};

async function measureAll(restart: () => Promise<Database>): Promise<SearchCost[]> {
  const cases = searchCases(await knownIn(await restart()));
  const costs: SearchCost[] = [];
  for (const [name, query] of cases) {
    progress(`${costs.length} of ${cases.length}: ${name}`);
    costs.push(await measureSearch(name, query, restart));
  }
  return costs;
}

/** @throws UsageError when the database holds no saga of a customer */
async function knownIn(database: Database): Promise<Known> {
  const [known] = await database.query<Known>(
    `select i.business_key as "businessKey", a.text as customer
       from saga_instance i join saga_attribute a on a.saga_id = i.id and a.name = 'customer'
      where i.definition = 'place-order' and i.version = 3 order by i.id limit 1`,
  );
  if (known) return known;
  throw new UsageError('there is nothing to search for: "npm run saga -- seed" fills a database');
}

function show(costs: readonly SearchCost[]): void {
  const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
  const head = ['search', 'first', 'then', 'found', 'count: first', 'then', 'counted', 'reads'];
  const rows = costs.map((cost) => [
    cost.name,
    ...[ms(cost.coldMs), ms(cost.warmMs), String(cost.found)],
    ...[ms(cost.countColdMs), ms(cost.countWarmMs), cost.counted],
    [...cost.scans.map((table) => `ALL OF ${table}`), ...cost.indexes]
      .map((name) => name.replace(/^saga_/, ''))
      .join(' '),
  ]);
  console.log(formatTable([head, ...rows]));
}

export const searches: SagaCommand = {
  about: 'measures every search of the admin API',
  help,
  run,
};
