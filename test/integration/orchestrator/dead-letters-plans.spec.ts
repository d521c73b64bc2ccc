/** Whatever dead letters are looked for by, an index finds them; and old ones are forgotten. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/orchestrator';
import { openDatabase, type Database } from '#messaging';
import { createDatabase, testId, testPostgres } from '#testing';
import { readDeadLetter } from '../../../apps/orchestrator/src/domain/dead-letter.js';
import {
  forgetDeadLetters,
  storeDeadLetters,
} from '../../../apps/orchestrator/src/persistence/dead-letter-rows.js';
import {
  countDeadLetters,
  countOpen,
  listDeadLetters,
  openPlaces,
} from '../../../apps/orchestrator/src/persistence/dead-letter-search.js';
import { TestLog } from '../messaging/harness.js';

jest.setTimeout(240_000);

const cleanUp: (() => Promise<unknown>)[] = [];
let database: Database;

beforeAll(async () => {
  const postgres = await testPostgres();
  cleanUp.unshift(() => postgres.stop());
  const { url, drop } = await createDatabase(postgres, testId());
  cleanUp.unshift(() => drop());
  const options = { url, poolSize: 2, applicationName: 'plans', migrations };
  database = await openDatabase({ ...options, log: new TestLog() });
  cleanUp.unshift(() => database.close());
  await database.query(
    `insert into dead_letter (id, topic, partition, "offset", key, code, message, readers, type,
       source, event_id, saga_id, died_at, attempt, truncated, status, closed_at, closed_by, closed_why,
       whole_key, headers, value)
     select gen_random_uuid(), 'topic-' || n % 20, n % 6, n, 'key-' || n % 5000, 'code-' || n % 50, 'm',
            '{a}', 'type-' || n % 40, 's', 'e', 'saga-' || n % 5000, now() - n * interval '1 minute', 0,
            false, case when n % 100 = 0 then 'open' else 'redriven' end,
            case when n % 100 = 0 then null else now() end, 'kim', 'w', 'k', '{}', 'v'
       from generate_series(1, 100000) as n`,
  );
  await database.query('vacuum analyze dead_letter');
}, 240_000);

afterAll(async () => {
  for (const end of cleanUp) await end();
});

/** The plan of the statement that `ask` runs. */
async function planOf(ask: (database: Pick<Database, 'query'>) => Promise<unknown>) {
  let lines: string[] = [];
  await ask({
    query: async <Row>(sql: string, params?: readonly unknown[]) => {
      const rows = await database.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, params);
      lines = rows.map((row) => row['QUERY PLAN']);
      return [] as Row[];
    },
  });
  return lines.join('\n');
}

const after = { diedAt: new Date(), id: '0198f7a6-0b54-8c43-8d1e-3f3c2a1b4c5d' };

describe('a list of dead letters', () => {
  it.each([
    [{}, 'dead_letter_by_time'],
    [{ topic: 'topic-3' }, 'dead_letter_by_t'],
    [{ code: 'code-3' }, 'dead_letter_by_'],
    [{ type: 'type-3' }, 'dead_letter_by_t'],
    [{ key: 'key-3' }, 'dead_letter_by_key'],
    [{ sagaId: 'saga-3' }, 'dead_letter_by_saga_id'],
    [{ status: 'open' as const }, 'dead_letter_by_status'],
    [{ status: 'open' as const, topic: 'topic-0' }, 'dead_letter_'],
    [{ from: new Date(Date.now() - 60_000), to: new Date() }, 'dead_letter_by_time'],
  ])('by %j is read from an index, in its order', async (filter, index) => {
    const plan = await planOf((db) => listDeadLetters(db, filter, after, 51));
    expect(plan).toContain(index);
    expect(plan).not.toContain('Seq Scan');
    const count = await planOf((db) => countDeadLetters(db, filter, 10_001));
    if (Object.keys(filter).length > 0) expect(count).toContain('Index');
  });

  it('of the open ones, their figures and their order need nothing of what was decided', async () => {
    expect(await planOf(countOpen)).toContain('Index Only Scan using dead_letter_figures');
    const place = { topic: 'topic-0', partition: 0, offset: '1', id: after.id };
    const page = { storedUntil: new Date(), after: place, limit: 1000 };
    const plan = await planOf((db) => openPlaces(db, { topic: 'topic-0' }, page));
    expect(plan).toContain('dead_letter_open');
    expect(plan).not.toContain('Seq Scan');
  });

  it('takes a few milliseconds, however many there are', async () => {
    const filters = [{}, { topic: 'topic-3' }, { code: 'code-3' }, { key: 'key-3' }];
    for (const filter of filters) {
      const begun = performance.now();
      await listDeadLetters(database, filter, undefined, 51);
      expect(performance.now() - begun).toBeLessThan(200);
    }
  });
});

describe('old dead letters', () => {
  it('are forgotten 90 days after they were decided, and a year after they died', async () => {
    await database.query('truncate dead_letter');
    const raw = (offset: number) => ({
      ...{ topic: 'order.events.dlq', partition: 0, offset: String(offset), key: null },
      ...{ timestamp: '1793527200000', value: Buffer.from('x'), headers: {} },
    });
    const letters = [1, 2, 3, 4, 5, 6].map((offset) => readDeadLetter(raw(offset)));
    await database.transaction((tx) => storeDeadLetters(tx, letters));
    const set = (offset: number, sql: string) =>
      database.query(`update dead_letter set ${sql} where "offset" = ${offset}`);
    const ago = (days: number) => `now() - interval '${days} days'`;
    await set(1, `status = 'discarded', closed_at = ${ago(91)}`);
    await set(2, `status = 'redriven', closed_at = ${ago(89)}, died_at = ${ago(500)}`);
    await set(3, `died_at = ${ago(366)}, stored_at = ${ago(366)}`);
    await set(4, `died_at = ${ago(364)}, stored_at = ${ago(364)}`);
    // told of long after it died, as when a topic is read anew
    await set(5, `died_at = ${ago(366)}`);
    expect(await forgetDeadLetters(database, 1)).toBe(2);
    expect(await forgetDeadLetters(database, 1)).toBe(0);
    const left = await database.query<{ offset: string }>(
      'select "offset" from dead_letter order by "offset"',
    );
    expect(left.map(({ offset }) => offset)).toEqual(['2', '4', '5', '6']);
  });
});
