/**
 * The promise: whatever instant a service is killed at, no committed event is lost and no effect
 * happens twice. The service dies by SIGKILL at each named crash point in turn, and another process
 * carries on.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testKafka, testPostgres, waitFor, type KafkaServer, type PostgresServer } from '#testing';
import type { Database } from '#messaging';
import { anEvent, Closing, connect, Ears, EchoProcess, outboxDatabase } from './harness.js';

let postgres: PostgresServer;
let kafka: KafkaServer;
const closing = new Closing();

beforeAll(async () => {
  [postgres, kafka] = await Promise.all([testPostgres(), testKafka()]);
}, 240_000);
afterAll(async () => {
  await closing.all();
  await Promise.all([postgres.stop(), kafka.stop()]);
}, 240_000);

interface World {
  readonly ears: Ears;
  readonly database: Database;
  start(env?: Record<string, string>): EchoProcess;
}

async function world(): Promise<World> {
  const url = await outboxDatabase(postgres, closing);
  const database = await connect(url, closing);
  await database.query('create table seen (id text primary key)');
  const ears = new Ears(kafka.brokers);
  closing.add(() => ears.close());
  await ears.listen({ calls: 3, echoes: 3 });
  const start = (env: Record<string, string> = {}): EchoProcess => {
    const settings = { DATABASE_URL: url, KAFKA_BROKERS: kafka.brokers, TOPIC_PREFIX: ears.prefix };
    const process = new EchoProcess({ ...settings, ...env });
    closing.add(() => process.stop());
    return process;
  };
  return { ears, database, start };
}

const calls = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => {
    const id = String(from + index);
    return anEvent({ topic: 'calls', id, key: id });
  });

const echoed = (ears: Ears, ids: readonly string[], process: EchoProcess): Promise<unknown> =>
  waitFor(
    () => {
      const heard = new Set(ears.ids('echoes'));
      const missing = ids.filter((id) => !heard.has(`echo-${id}`));
      if (missing.length > 0) throw new Error(`missing ${missing.join()}\n${process.output}`);
      return true;
    },
    { what: 'all echoes', timeoutMs: 150_000 },
  );

const CRASH_POINTS = [
  'outbox.before-commit',
  'outbox.after-commit',
  'outbox.before-publish',
  'outbox.after-publish',
  'outbox.before-watermark#2',
  'outbox.after-watermark#2',
  'batch.after-commit',
  'batch.before-offset-commit',
  'batch.after-offset-commit',
];

async function dieAt(point: string): Promise<void> {
  const { ears, database, start } = await world();
  const victim = start({ CRASH_AT: point });
  await ears.client.send(calls(0, 20));
  // It may have handled all of them before it is due to die.
  const trickle = setInterval(
    () => void ears.client.send(calls(20, 21)).catch(() => undefined),
    300,
  );
  const died = await victim.exited.finally(() => clearInterval(trickle));
  expect([died, victim.output]).toEqual(['SIGKILL', expect.any(String)]);

  const heir = start();
  await ears.client.send(calls(20, 30));
  const ids = Array.from({ length: 30 }, (_, id) => String(id));
  await echoed(ears, ids, heir);

  const [row] = await database.query('select count(*)::int as count from seen');
  expect(row).toEqual({ count: 30 });
  // Effects once: one outbox row an echo. (It may have been sent more than once.)
  const rows = await database.query<{ id: string }>(`select headers->>'ce_id' as id from outbox`);
  expect(rows.map(({ id }) => id).toSorted()).toEqual(ids.map((id) => `echo-${id}`).toSorted());
}

describe('a service that is killed', () => {
  // Most of the time is spent waiting for dead members to expire, so three die at a time.
  const deaths = new Map<string, Promise<void>>();
  beforeAll(() => {
    const lanes: Promise<void>[] = [Promise.resolve(), Promise.resolve(), Promise.resolve()];
    for (const [index, point] of CRASH_POINTS.entries()) {
      const lane = index % lanes.length;
      const death = (lanes[lane] as Promise<void>).then(() => dieAt(point));
      deaths.set(point, death);
      lanes[lane] = death.catch(() => undefined);
    }
  });

  test.each(CRASH_POINTS)('at %s loses nothing', (point) => deaths.get(point), 600_000);

  test('right after it has taken over from another one: a third takes over from both', async () => {
    const { ears, database, start } = await world();
    const first = start({ CRASH_AT: 'outbox.after-commit' });
    await ears.client.send(calls(0, 10));
    expect(await first.exited).toBe('SIGKILL');
    const second = start({ CRASH_AT: 'outbox.after-close' });
    expect(await second.exited).toBe('SIGKILL');
    const third = start();
    await echoed(
      ears,
      calls(0, 10).map(({ id }) => id),
      third,
    );
    await waitFor(
      async () => (await database.query('select 1 from outbox_watermark where drained')).length > 0,
      { what: 'the first epoch to end' },
    );
  }, 240_000);
});

describe('a service that is paused past its session, in the middle of a transaction', () => {
  test('does not hold up the others, and does no harm when it wakes up', async () => {
    const { ears, database, start } = await world();
    const sleeper = start();
    await waitFor(() => sleeper.output.includes('started'), { what: 'the sleeper' });
    const slow = anEvent({ topic: 'calls', id: 'slow', key: 'slow', data: { slow: true } });
    await ears.client.send([slow]);
    await waitFor(() => sleeper.output.includes('handling slow'), { what: 'it to be handled' });
    sleeper.signal('SIGSTOP');

    const other = start();
    await ears.client.send(calls(0, 10));
    const ids = calls(0, 10).map(({ id }) => id);
    // All of it while the sleeper sleeps, and with it its locks.
    await echoed(ears, ['slow', ...ids], other);

    sleeper.signal('SIGCONT');
    await ears.client.send(calls(10, 20));
    await echoed(
      ears,
      calls(10, 20).map(({ id }) => id),
      other,
    );
    const lag = (): Promise<number> =>
      ears.client
        .lag('echo', ['calls'])
        .then((lags) => (lags['calls'] ?? []).reduce((a, b) => a + b, 0));
    await waitFor(async () => (await lag()) === 0, { what: 'all offsets' });
    expect(sleeper.isRunning).toBe(true);
    const rows = await database.query<{ id: string }>(`select headers->>'ce_id' as id from outbox`);
    expect(rows).toHaveLength(21);

    // It is a member again: alone, it does all the work.
    await other.stop();
    await ears.client.send(calls(20, 30));
    await echoed(
      ears,
      calls(20, 30).map(({ id }) => id),
      sleeper,
    );
  }, 240_000);
});
