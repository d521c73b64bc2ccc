/** Searches find what is there: all of it, once each, and by an index. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/orchestrator';
import { openDatabase, type Database } from '#messaging';
import { attributesOf, SagaRegistry } from '#saga';
import { countSagas, saveInstances, searchSagas } from '#saga-store';
import { createDatabase, runSql, testId, testPostgres } from '#testing';
import type { SagaQuery } from '../../../apps/orchestrator/src/http/admin.dto.js';
import { sagaFilter } from '../../../apps/orchestrator/src/http/saga-filter.js';
import { sagas } from '../../../apps/orchestrator/src/sagas/index.js';
import { TestLog } from '../messaging/harness.js';
import { Maker, meets, numbersFrom, type Made } from './search-oracle.js';

jest.setTimeout(240_000);

const registry = new SagaRegistry(sagas);
const SEED = Number(process.env['SEARCH_SEED'] ?? Date.now() % 1_000_000);
const make = new Maker(numbersFrom(SEED));
const cleanUp: (() => Promise<unknown>)[] = [];
let database: Database;
let url: string;
let made: Made[];

beforeAll(async () => {
  const postgres = await testPostgres();
  cleanUp.unshift(() => postgres.stop());
  const own = await createDatabase(postgres, testId());
  ({ url } = own);
  cleanUp.unshift(() => own.drop());
  database = await openDatabase({
    ...{ url, poolSize: 4, applicationName: 'search', migrations, log: new TestLog() },
  });
  cleanUp.unshift(() => database.close());
  made = Array.from({ length: 400 }, () => make.saga());
  await database.transaction((tx) =>
    saveInstances(
      tx,
      made.map(({ instance, definition }) => ({
        ...{ instance, partition: 0, attributes: attributesOf(definition, instance.input) },
      })),
    ),
  );
  await writeWhole(made.slice(0, 100));
  await database.query('analyze saga_instance, saga_attribute');
}, 240_000);

afterAll(async () => {
  for (const end of cleanUp) await end();
});

/** As an earlier version wrote documents. */
const writeWhole = (some: readonly Made[]) =>
  database.query(
    `update saga_instance i set body = n.body::json
       from unnest($1::uuid[], $2::text[]) as n (id, body) where i.id = n.id`,
    [
      some.map(({ instance: { id } }) => id),
      some.map(({ instance }) => {
        const { steps, ledger, cause, attention, alsoAttention, held } = instance;
        return JSON.stringify({ steps, ledger, cause, attention, alsoAttention, held });
      }),
    ],
  );

/** So small that each way through the search is gone. */
const TINY = { short: 8, firstStretch: 3, longestStretch: 40, documents: 4, searchMs: 60_000 };
/** As in the service, but for the time, which a busy machine may need. */
const USUAL = {
  short: 5_000,
  firstStretch: 200,
  longestStretch: 10_000,
  documents: 500,
  searchMs: 60_000,
};
const LIMITS = { 'as in the service': USUAL, small: TINY, 'out of time': { ...TINY, searchMs: 0 } };

const found = async (
  query: SagaQuery,
  limit: number,
  limits: (typeof LIMITS)[keyof typeof LIMITS],
): Promise<string[]> => {
  const filter = sagaFilter(query, registry);
  const ids: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await searchSagas(database, filter, {
      limit,
      ...(cursor !== undefined && { cursor }),
      ...(limits && { limits }),
    });
    if (page.instances.length > limit) throw new Error('a page is longer than asked for');
    ids.push(...page.instances.map(({ id }) => id));
    if (page.next === undefined) return ids;
    if (page.next === cursor) throw new Error('the search does not go on');
    cursor = page.next;
  }
};

const expected = (query: SagaQuery): string[] =>
  made
    .filter((one) => meets(query, one))
    .map(({ instance }) => instance.id)
    .sort()
    .toReversed();

/** Each criterion alone, and with up to three others. */
const queries = (): SagaQuery[] => {
  const alone = make.criteria.flatMap((criterion) => [criterion(), criterion(), criterion()]);
  const together = Array.from({ length: 60 }, () =>
    Object.assign(
      {},
      ...Array.from({ length: 2 + make.whole(3) }, () => make.pick(make.criteria)()),
    ),
  ) as SagaQuery[];
  return [{}, ...alone, ...together].filter(isAllowed);
};

/** Those that go together; the others are refused (see admin-http.spec.ts). */
const isAllowed = (query: SagaQuery): boolean => {
  try {
    sagaFilter(query, registry);
    return true;
  } catch {
    return false;
  }
};

describe.each(Object.entries(LIMITS))('a search, %s', (_name, limits) => {
  it(`finds what meets all of it, the newest first, and counts it (seed ${SEED})`, async () => {
    let hits = 0;
    for (const query of queries()) {
      const wanted = expected(query);
      hits += wanted.length;
      const what = JSON.stringify(query);
      expect({ what, ids: await found(query, 7, limits) }).toEqual({ what, ids: wanted });
      if (limits?.searchMs === 0) continue;
      const counted = await countSagas(database, sagaFilter(query, registry), limits);
      expect({ what, ...counted }).toEqual({ what, count: wanted.length, exact: true });
    }
    expect(hits).toBeGreaterThan(500);
  });
});

describe('a count', () => {
  it('that ran out of time says that there may be more', async () => {
    const filter = sagaFilter({ attribute: ['channel:web', 'merchant:m-0'] }, registry);
    const { count, exact } = await countSagas(database, filter, { ...TINY, searchMs: 0 });
    expect(exact).toBe(false);
    expect(count).toBeLessThan(expected({ attribute: ['channel:web', 'merchant:m-0'] }).length);
  });
});

describe('pages that are read while sagas move', () => {
  it('miss nothing that is there all the time, and repeat nothing', async () => {
    const query: SagaQuery = { attribute: ['merchant:m-1'] };
    const ids = new Set<string>();
    const filter = sagaFilter(query, registry);
    const present = expected(query);
    for (let cursor: string | undefined, turn = 0; ; turn += 1) {
      const { instances, next } = await searchSagas(database, filter, {
        limit: 5,
        ...(cursor !== undefined && { cursor }),
        limits: TINY,
      });
      for (const { id } of instances) {
        expect(ids.has(id)).toBe(false);
        ids.add(id);
      }
      if (next === undefined) break;
      cursor = next;
      // all of them are written anew, some move between states, and new ones begin
      await database.query(
        `update saga_instance set revision = revision + 1,
           state = case when hashtext(id::text) % 3 = $1::int % 3 then 'running' else state end`,
        [turn],
      );
      const late = make.saga();
      await database.transaction((tx) =>
        saveInstances(tx, [
          {
            ...{ instance: late.instance, partition: 0 },
            attributes: attributesOf(late.definition, late.instance.input),
          },
        ]),
      );
    }
    expect(present.filter((id) => !ids.has(id))).toEqual([]);
  });
});

describe('each search', () => {
  /** Every node of a plan that reads something. */
  const indexesOf = (plan: Record<string, unknown>): string[] => [
    ...(plan['Node Type'] === 'Seq Scan' ? [`all of ${String(plan['Relation Name'])}`] : []),
    ...(typeof plan['Index Name'] === 'string' ? [plan['Index Name']] : []),
    ...((plan['Plans'] as Record<string, unknown>[] | undefined) ?? []).flatMap(indexesOf),
  ];

  it.each<[string, SagaQuery, string]>([
    ['all', {}, 'saga_instance_pkey'],
    ['by order', { orderId: 'o' }, 'saga_instance_once'],
    ['by state', { state: 'running' }, 'saga_instance_by_state'],
    ['by age', { idleSince: '2026-11-25T00:00:00Z' }, 'saga_instance_by_state'],
    ['by attention', { attention: 'true' }, 'saga_instance_attention'],
    ['by error', { error: 'no-answer' }, 'saga_instance_signs'],
    ['by a frequent sign', { stepState: 'undone' }, 'saga_instance_signed'],
    ['by definition', { definition: 'withdraw' }, 'saga_instance_by_definition'],
    ['by version', { definition: 'place-order', version: 1 }, 'saga_instance_by_definition'],
    ['by customer', { customer: 'c-1' }, 'saga_attribute_text'],
    ['by a number', { attribute: ['amount.GBP:500'] }, 'saga_attribute_number'],
    ['by amount', { currency: 'GBP', amountTo: 100 }, 'saga_attribute_number'],
    ['by what documents say', { step: 'charge-payment' }, 'saga_instance_by_state'],
  ])('%s reads an index, and no table as a whole', async (what, query, index) => {
    const plans: string[][] = [];
    const explaining = {
      query: async <Row>(sql: string, values: readonly unknown[]): Promise<Row[]> => {
        // As the services' connections plan it: for any values.
        const rows = await runSql(url, [
          ...['seqscan', 'hashjoin', 'mergejoin'].map((way) => `set enable_${way} = off`),
          `explain (generic_plan, format json) ${sql}`,
        ]);
        const plan = rows[0]?.['QUERY PLAN'] as [{ Plan: Record<string, unknown> }] | undefined;
        if (plan) plans.push(indexesOf(plan[0].Plan));
        return database.query<Row>(sql, values);
      },
    } as unknown as Database;
    const limits = what === 'by a frequent sign' ? TINY : undefined;
    await searchSagas(explaining, sagaFilter(query, registry), {
      limit: 5,
      ...(limits && { limits }),
    });
    const last = plans.at(-1) ?? [];
    expect(last).toContain(index);
    expect(plans.flat().filter((name) => name.startsWith('all of'))).toEqual([]);
    // the rows themselves are looked up one by one
    expect(last).toContain('saga_instance_pkey');
  });
});
