/** Puts clones into the orchestrator's tables, instances and history side by side. */
import pg from 'pg';
import { openDatabase, PartitionUpkeep, systemClock } from '#messaging';
import { runSql } from '#testing';
import { HISTORY_TABLE } from '../../../apps/orchestrator/src/persistence/history-table.js';
import {
  cloneHistory,
  cloneInstances,
  cloneValues,
  daysBefore,
  spreadOverDays,
  type CloneDay,
} from './clone.js';
import type { Filled, TableSize } from './results.js';
import type { Seed } from './seeds.js';
import type { Surroundings } from './session.js';

export interface Clones {
  readonly seed: Seed;
  readonly count: number;
}

export type Sizes = Pick<Filled, 'instances' | 'history'>;

/** Of the quarter for which history is kept, the part that is neither about to go nor of today. */
const DAYS = 60;

/** The same partitions for every count, so that levels differ by nothing but their rows. */
export async function fillTables(
  url: string,
  { seed, count }: Clones,
  { signal, show }: Surroundings,
): Promise<Sizes> {
  await makePartitions(url);
  const [row] = await runSql(url, [
    'truncate saga_instance, saga_history',
    'select current_date::text as today',
  ]);
  const days = spreadOverDays(count, daysBefore(String(row?.['today']), DAYS));
  const progress = new Progress(count, show);
  const instances = { seed, days, signal };
  // Both take from the same days: whoever is done with the instances helps with the history.
  const history = { seed, days: days.values(), signal };
  const fillSome = () => fillHistory(url, history, (made) => progress.histories(made));
  await Promise.all([
    fillInstances(url, instances, (made) => progress.instances(made)).then(fillSome),
    fillSome(),
  ]);
  await runSql(url, ['analyze saga_history']);
  return {
    instances: await sizeOf(url, 'saga_instance'),
    history: await sizeOf(url, 'saga_history'),
  };
}

/** By what the orchestrator itself makes them with. */
async function makePartitions(url: string): Promise<void> {
  const nothing = () => undefined;
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const database = await openDatabase({
    ...{ url, poolSize: 1, applicationName: 'bench', migrations: [], log },
  });
  try {
    const table = { ...HISTORY_TABLE, backDays: DAYS };
    await new PartitionUpkeep([table], { database, clock: systemClock, log }).run();
  } finally {
    await database.close();
  }
}

interface Work {
  readonly seed: Seed;
  readonly days: Iterable<CloneDay>;
  readonly signal: AbortSignal;
}

type Told = (made: number) => void;

function fillInstances(url: string, { seed, days, signal }: Work, told: Told): Promise<void> {
  return withClient(url, async (client) => {
    const insert = cloneInstances(await columnsOf(client, 'saga_instance'));
    await client.query('begin');
    await client.query('truncate saga_instance');
    for (const day of days) {
      signal.throwIfAborted();
      await client.query(insert, [seed.instance, ...cloneValues(day)]);
      told(day.to - day.from);
    }
    await client.query('commit');
    await client.query('vacuum (analyze) saga_instance');
  });
}

function fillHistory(url: string, { seed, days, signal }: Work, told: Told): Promise<void> {
  return withClient(url, async (client) => {
    const columns = await columnsOf(client, 'saga_history');
    for (const day of days) {
      signal.throwIfAborted();
      const partition = `saga_history_${day.day.replaceAll('-', '')}`;
      await client.query('begin');
      await client.query(`truncate ${partition}`);
      const values = [seed.history, ...cloneValues(day), seed.createdAt];
      await client.query(cloneHistory(partition, columns), values);
      await client.query('commit');
      await client.query(`vacuum (analyze) ${partition}`);
      told(day.to - day.from);
    }
  });
}

async function columnsOf(client: pg.Client, table: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [table],
  );
  return rows.map(({ name }) => name);
}

async function sizeOf(url: string, table: string): Promise<TableSize> {
  const [row] = await runSql(url, [
    `select sum(pg_table_size(relid))::float8 as "tableBytes",
            sum(pg_indexes_size(relid))::float8 as "indexBytes"
       from (select relid from pg_partition_tree('${table}')
             union select '${table}'::regclass) as tables`,
  ]);
  return row as unknown as TableSize;
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  // Told by the statement as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(`set jit = off; set maintenance_work_mem = '256MB'`);
    await work(client);
  } finally {
    await client.end();
  }
}

class Progress {
  private readonly startedAt = performance.now();
  private made = { instances: 0, histories: 0 };

  constructor(
    private readonly count: number,
    private readonly show: (text: string) => void,
  ) {}

  instances(made: number): void {
    this.made.instances += made;
    this.tell();
  }

  histories(made: number): void {
    this.made.histories += made;
    this.tell();
  }

  private tell(): void {
    const seconds = (performance.now() - this.startedAt) / 1000;
    const { instances, histories } = this.made;
    const rate = Math.round(Math.min(instances, histories) / seconds);
    this.show(
      `fills: ${instances.toLocaleString('en-US')} instances and the history of ` +
        `${histories.toLocaleString('en-US')}, of ${this.count.toLocaleString('en-US')}; ` +
        `${rate.toLocaleString('en-US')}/s`,
    );
  }
}
