import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  CommitUnknownError,
  DEFAULT_PUBLISHER_LIMITS,
  PostgresOutboxStorage,
  RetryableError,
  type Database,
  type StoredMessage,
  type Tx,
  type UnitOfWork,
} from '#messaging';
import {
  freePort,
  ownKafka,
  testKafka,
  testPostgres,
  waitFor,
  type KafkaServer,
  type PostgresServer,
} from '#testing';
import { anEvent, Closing, connect, Ears, outboxDatabase, writer, type Writer } from './harness.js';
import { TcpProxy } from './tcp-proxy.js';

/** A lease so short that a takeover can be awaited. */
const times = { leaseMs: 500, flushMs: 50 };
/** A lease that no busy machine lets expire: then nothing is sent by two, and so nothing twice. */
const kept = { leaseMs: 600_000, flushMs: 50 };

let postgres: PostgresServer;
let kafka: KafkaServer;
const closing = new Closing();
let url: string;
let ears: Ears;

beforeAll(async () => {
  [postgres, kafka] = await Promise.all([testPostgres(), testKafka()]);
}, 240_000);
afterAll(() => Promise.all([postgres.stop(), kafka.stop()]));

beforeEach(async () => {
  url = await outboxDatabase(postgres, closing);
  ears = await listening(kafka);
}, 240_000);
afterEach(() => closing.all(), 240_000);

async function listening({ brokers }: KafkaServer): Promise<Ears> {
  const made = new Ears(brokers);
  closing.add(() => made.close());
  await made.listen({ things: 3 });
  return made;
}

const open = (options?: Parameters<typeof writer>[4]): Promise<Writer> =>
  writer(url, kafka.brokers, ears.prefix, closing, options);

const publishing =
  (...ids: string[]) =>
  (unit: UnitOfWork): Promise<void> => {
    unit.publish(...ids.map((id) => anEvent({ id, key: id })));
    return Promise.resolve();
  };

const heard = (...ids: string[]): Promise<unknown> =>
  waitFor(() => ids.every((id) => ears.ids('things').includes(id)), {
    what: `the events ${ids.join(', ')}`,
  });

interface Epoch {
  epoch: string;
  closed: boolean;
  drained: boolean;
  publishedUpTo: number;
}
const epochs = (database: Database): Promise<Epoch[]> =>
  database.query<Epoch>(
    `select epoch, closed, drained, published_up_to::int as "publishedUpTo"
     from outbox_writer join outbox_watermark using (epoch) order by epoch`,
  );

/** Dies without a word, as far as the others can see: its lease is renewed no more. */
const expire = (database: Database): Promise<unknown> =>
  database.query(`update outbox_watermark set lease_until = now() - interval '1 s'`);

describe('the outbox', () => {
  test('publishes what was committed, and nothing of what was not', async () => {
    const { outbox, database } = await open();
    await database.query('create table thing (id text)');
    const failing = outbox.transaction(async (unit) => {
      await unit.tx.query(`insert into thing values ('rolled back')`);
      await publishing('rolled back')(unit);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await outbox.transaction(async (unit) => {
      await unit.tx.query(`insert into thing values ('kept')`);
      await publishing('kept')(unit);
    });

    await heard('kept');
    expect(ears.ids('things')).toEqual(['kept']);
    expect(await database.query('select id from thing')).toEqual([{ id: 'kept' }]);
  });

  test('two of them in one database: everything arrives, in the order of each key', async () => {
    const writers = await Promise.all([
      open({ start: true, times: kept }),
      open({ start: true, times: kept }),
    ]);
    const sent: string[] = [];
    await Promise.all(
      writers.map(async ({ outbox }, index) => {
        for (let n = 0; n < 100; n += 1) {
          const ids = [`${index}-${n}-a`, `${index}-${n}-b`];
          sent.push(...ids);
          await outbox.transaction((unit) => {
            unit.publish(...ids.map((id) => anEvent({ id, key: `key-${index}` })));
            return Promise.resolve();
          });
        }
      }),
    );
    await heard(...sent);
    for (const [index] of writers.entries()) {
      const own = (id: string): boolean => id.startsWith(`${index}-`);
      expect(ears.ids('things').filter(own)).toEqual(sent.filter(own));
    }
    const database = await connect(url, closing);
    expect(await epochs(database)).toHaveLength(2);
  });

  test('the watermark follows, and says when a position was published', async () => {
    const { outbox, database } = await open({ times });
    const at = await outbox.transaction((unit) => {
      unit.publish(anEvent(), anEvent());
      return Promise.resolve(unit.stamp());
    });
    const never = { epoch: at.epoch, seq: '3' };
    const forgotten = { epoch: '999999', seq: '1' };
    const [late] = await waitFor(
      async () => {
        const moments = await outbox.publishedBy(database, [at, never, forgotten]);
        expect(moments[0]).not.toBe(Infinity);
        return moments;
      },
      { what: 'the watermark' },
    );
    expect(late).toBe(0);
    expect(await outbox.publishedBy(database, [at, never, forgotten])).toEqual([0, Infinity, 0]);
  });
});

describe('a writer that is gone', () => {
  test('its committed events are published by another, its epoch is over', async () => {
    // It never sends, and renews its lease so rarely that it does not in this test.
    const never = { send: () => new Promise<never>(() => undefined) };
    const gone = await open({ broker: never, times: { leaseMs: 1e6, flushMs: 1e6 } });
    await gone.outbox.transaction(publishing('1', '2'));
    await gone.outbox.transaction(publishing('3'));
    await expire(gone.database);
    const { outbox, database } = await open({ start: true, times });

    await heard('1', '2', '3');
    await waitFor(async () => (await epochs(database))[0]?.drained, { what: 'the epoch to end' });
    expect(await epochs(database)).toMatchObject([{ closed: true, publishedUpTo: 3 }]);
    // That was late, and whoever asks is told by when it was done.
    const [moment] = await outbox.publishedBy(database, [{ epoch: '1', seq: '3' }]);
    expect(moment).toBeGreaterThan(Date.now() - 60_000);
  });

  test('what it has under way when it is taken over is refused, also when it was only asleep', async () => {
    const asleep = await open({ times: { leaseMs: 1e6, flushMs: 1e6 } });
    await asleep.outbox.transaction(publishing('before'));
    const relay = await open({ times });
    const underWay = asleep.outbox.transaction(async (unit) => {
      await publishing('under way')(unit);
      await expire(asleep.database);
      relay.outbox.start();
      await waitFor(async () => (await epochs(relay.database))[0]?.drained, {
        what: 'the takeover',
      });
    });
    await expect(underWay).rejects.toThrow(RetryableError);

    await asleep.outbox.transaction(publishing('done again'));
    await heard('done again');
    expect(ears.ids('things')).not.toContain('under way');
  });

  test('what it has inserted and not yet committed is waited for, not overlooked', async () => {
    let inserted = (): void => undefined;
    const isInserted = new Promise<void>((resolve) => (inserted = resolve));
    let commit = (): void => undefined;
    const mayCommit = new Promise<void>((resolve) => (commit = resolve));
    class Slow extends PostgresOutboxStorage {
      override async insert(
        tx: Tx,
        epoch: string,
        rows: readonly StoredMessage[],
      ): Promise<boolean> {
        const isOpen = await super.insert(tx, epoch, rows);
        inserted();
        await mayCommit;
        return isOpen;
      }
    }
    const database = await connect(url, closing);
    const never = { send: () => new Promise<never>(() => undefined) };
    const storage = new Slow(database);
    const slow = await open({ storage, broker: never, times: { leaseMs: 1e6, flushMs: 1e6 } });
    const committing = slow.outbox.transaction(publishing('late commit'));
    await isInserted;
    await expire(database);
    const relay = await open({ start: true, times });
    await waitFor(
      () =>
        relay.database
          .query(
            `select 1 from pg_stat_activity
             where wait_event_type = 'Lock' and query like 'update outbox_writer%'`,
          )
          .then(({ length }) => length > 0),
      { what: 'the relay to wait for the transaction' },
    ).finally(commit);
    await committing;

    await heard('late commit');
  });

  test.each([
    ['cut-after', ['before', 'maybe', 'after']],
    ['cut-before', ['before', 'after']],
  ] as const)('a commit with an unknown outcome (%s) is found out', async (cut, expected) => {
    const proxied = new URL(url);
    const proxy = TcpProxy.at(await freePort(), Number(proxied.port));
    await proxy.listen();
    closing.add(() => proxy.close());
    proxied.port = String(proxy.port);
    const { outbox } = await writer(proxied.href, kafka.brokers, ears.prefix, closing, {
      start: true,
      times,
    });
    await outbox.transaction(publishing('before'));
    const unknown = outbox.transaction(async (unit) => {
      await publishing('maybe')(unit);
      proxy.inspect = (bytes) => (bytes.includes('COMMIT') ? cut : 'pass');
    });
    await expect(unknown).rejects.toThrow(CommitUnknownError);
    proxy.inspect = () => 'pass';
    await waitFor(() => outbox.transaction(publishing('after')).then(() => true), {
      what: 'a new epoch',
    });

    await heard(...expected);
    const database = await connect(url, closing);
    await waitFor(async () => (await epochs(database))[0]?.drained, {
      what: 'the first epoch to end',
    });
    expect(new Set(ears.ids('things'))).toEqual(new Set(expected));
  });
});

describe('an outage of the broker', () => {
  test('is waited out, beyond what memory holds, and then everything arrives', async () => {
    const own = await ownKafka();
    closing.add(() => own.stop());
    ears = await listening(own);
    const limits = { ...DEFAULT_PUBLISHER_LIMITS, maxMessages: 50, readBackRows: 20 };
    const { outbox, database, log } = await writer(url, own.brokers, ears.prefix, closing, {
      start: true,
      limits,
      times,
    });
    await outbox.transaction(publishing('before'));
    await heard('before');
    // It is read as soon as the broker has it, and that may be before the writer is told that it has.
    await waitFor(() => outbox.backlog === 0, { what: 'the broker to have said so' });
    await own.stopBroker('SIGKILL');

    const ids = Array.from({ length: 500 }, (_, index) => `during-${index}`);
    for (const id of ids) {
      await outbox.transaction((unit) => {
        unit.publish(anEvent({ id, key: 'one key' }));
        return Promise.resolve();
      });
    }
    await waitFor(() => outbox.failure, { what: 'the outage to be noticed' });
    expect(outbox.backlog).toBe(500);

    await own.startBroker();
    await waitFor(() => ids.every((id) => ears.ids('things').includes(id)), {
      what: 'all events',
      timeoutMs: 150_000,
    });
    const firsts = [...new Set(ears.ids('things'))].filter((id) => id.startsWith('during'));
    expect(firsts).toEqual(ids);
    await waitFor(async () => (await epochs(database))[0]?.publishedUpTo === 501, {
      what: 'the watermark',
    });
    expect(outbox.failure).toBeUndefined();
    expect(log.lines.filter((line) => line.includes('publishing again'))).toHaveLength(1);
  }, 240_000);
});
