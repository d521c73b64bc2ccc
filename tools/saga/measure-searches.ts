/** How long searches take, and what their plans read. */
import type { Database } from '#messaging';
import { SagaRegistry } from '#saga';
import { countSagas, searchSagas } from '#saga-store';
import type { SagaQuery } from '../../apps/orchestrator/src/http/admin.dto.js';
import { sagaFilter } from '../../apps/orchestrator/src/http/saga-filter.js';
import { sagas } from '../../apps/orchestrator/src/sagas/index.js';

export interface SearchCost {
  readonly name: string;
  /** Of a page of 50: the first time, and the middle of five times after it. */
  readonly coldMs: number;
  readonly warmMs: number;
  readonly found: number;
  /** Its count, likewise. */
  readonly countColdMs: number;
  readonly countWarmMs: number;
  readonly counted: string;
  /** What the statements of the page read, as they are planned for any values. */
  readonly indexes: readonly string[];
  /** Tables that a plan reads as a whole; none, it is hoped. */
  readonly scans: readonly string[];
}

const TIMES = 5;
const registry = new SagaRegistry(sagas);

const timed = async <T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> => {
  const startedMs = performance.now();
  const value = await work();
  return { ms: performance.now() - startedMs, value };
};

const middleOf = async (work: () => Promise<unknown>): Promise<number> => {
  const all: number[] = [];
  for (let n = 0; n < TIMES; n += 1) all.push((await timed(work)).ms);
  return all.toSorted((a, b) => a - b)[Math.floor(TIMES / 2)] as number;
};

/** @param restart empties the caches, where that can be done; the answer is open and has a connection */
export async function measureSearch(
  name: string,
  query: SagaQuery,
  restart: () => Promise<Database>,
): Promise<SearchCost> {
  const filter = sagaFilter(query, registry);
  const database = await restart();
  const page = () => searchSagas(database, filter, { limit: 50 });
  const first = await timed(page);
  const warmMs = await middleOf(page);
  const again = await restart();
  const count = () => countSagas(again, filter);
  const firstCount = await timed(count);
  const countWarmMs = await middleOf(count);
  const { count: number, exact } = firstCount.value;
  return {
    ...{ name, coldMs: first.ms, warmMs, found: first.value.instances.length },
    ...{ countColdMs: firstCount.ms, countWarmMs },
    counted: `${number.toLocaleString('en-US')}${exact ? '' : ' or more'}`,
    ...(await plansOf(again, (explaining) => searchSagas(explaining, filter, { limit: 50 }))),
  };
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly Plan[];
}

async function plansOf(database: Database, search: (database: Database) => Promise<unknown>) {
  const statements = new Set<string>();
  const listening = {
    query: <Row>(sql: string, values: readonly unknown[]): Promise<Row[]> => {
      statements.add(sql);
      return database.query<Row>(sql, values);
    },
  } as unknown as Database;
  await search(listening);
  const nodes: Plan[] = [];
  for (const sql of statements) nodes.push(...nodesOf(await planOf(database, sql)));
  const indexes = nodes.flatMap((node) => node['Index Name'] ?? []);
  const scans = nodes.filter((node) => node['Node Type'] === 'Seq Scan');
  return {
    indexes: [...new Set(indexes)].sort(),
    scans: [...new Set(scans.flatMap((node) => node['Relation Name'] ?? []))],
  };
}

async function planOf(database: Database, sql: string): Promise<Plan> {
  const rows = await database.dataSource.query<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(
    `explain (generic_plan, format json) ${sql}`,
  );
  return rows[0]?.['QUERY PLAN'][0].Plan as Plan;
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
