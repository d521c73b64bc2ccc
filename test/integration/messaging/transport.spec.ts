import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Controller, Module, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  BatchHandler,
  caused,
  connectTransport,
  DEFAULT_TUNING,
  MessagingModule,
  Outbox,
  PoisonHandler,
  RetryableError,
  type ConsumerTuning,
  type Database,
  type DeadLetterData,
  type EventBatch,
  type EventFailure,
  type OutgoingEvent,
  type ReceivedEvent,
  type UnitOfWork,
} from '#messaging';
import { HEALTH_PARTS, type HealthPart } from '#platform';
import {
  adminKafka,
  freePort,
  startKafka,
  testKafka,
  testPostgres,
  waitFor,
  type KafkaServer,
  type PostgresServer,
} from '#testing';
import { anEvent, Closing, connect, Ears, migrations, outboxDatabase, TestLog } from './harness.js';

let postgres: PostgresServer;
let kafka: KafkaServer;
const closing = new Closing();
let url: string;
let database: Database;
let ears: Ears;
let log: TestLog;
/** What the handler does with one event; throws to make it fail. */
let handleOne: (event: ReceivedEvent, unit: UnitOfWork) => void | Promise<void>;

const unhandled: unknown[] = [];
const onUnhandled = (error: unknown): void => void unhandled.push(error);

beforeAll(async () => {
  process.on('unhandledRejection', onUnhandled);
  [postgres, kafka] = await Promise.all([testPostgres(), testKafka()]);
}, 240_000);
afterAll(async () => {
  process.off('unhandledRejection', onUnhandled);
  await Promise.all([postgres.stop(), kafka.stop()]);
});

beforeEach(async () => {
  url = await outboxDatabase(postgres, closing);
  database = await connect(url, closing);
  await database.query('create table handled (id text not null, transaction bigint not null)');
  ears = await listening(kafka.brokers);
  log = new TestLog();
  handleOne = () => undefined;
}, 240_000);
afterEach(async () => {
  await closing.all();
  expect(unhandled.splice(0)).toEqual([]);
}, 240_000);

async function listening(brokers: string): Promise<Ears> {
  const made = new Ears(brokers);
  closing.add(() => made.close());
  await made.listen({ things: 2, 'things.dlq': 1, echoes: 2 });
  return made;
}

@Controller()
class Things {
  @BatchHandler('things')
  async onThings({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
    for (const event of events) {
      await unit.tx.query('insert into handled values ($1, txid_current())', [event.id]);
      await handleOne(event, unit);
    }
  }
}

@Controller()
class CarefulThings extends Things {
  @PoisonHandler('things')
  onPoison({ event, error }: EventFailure, unit: UnitOfWork): Promise<void> {
    const id = `parked-${event.id}`;
    unit.publish(caused(event, anEvent({ topic: 'echoes', id, data: { why: error.message } })));
    return Promise.resolve();
  }
}

async function service(
  controller: Type = Things,
  brokers = kafka.brokers,
  tuning: ConsumerTuning = DEFAULT_TUNING,
): Promise<INestApplication> {
  @Module({
    imports: [
      MessagingModule.forRoot({
        service: 'things-service',
        settings: {
          DATABASE_URL: url,
          DATABASE_POOL_SIZE: 5,
          KAFKA_BROKERS: brokers.split(','),
          TOPIC_PREFIX: ears.prefix,
        },
        migrations,
        log,
        tuning,
      }),
    ],
    controllers: [controller],
  })
  class App {}
  const app = await NestFactory.create(App, new FastifyAdapter(), { logger: false });
  closing.add(() => app.close());
  connectTransport(app);
  await app.startAllMicroservices();
  return app;
}

const things = (...ids: string[]): OutgoingEvent[] =>
  ids.map((id) => anEvent({ id, key: 'one key' }));
const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `e${index}`);

interface Handled {
  id: string;
  transaction: string;
}
const handled = async (): Promise<string[]> =>
  (await database.query<Handled>('select id from handled order by transaction')).map(
    ({ id }) => id,
  );

const allHandled = (ids: readonly string[]): Promise<unknown> =>
  waitFor(
    async () => {
      const done = new Set(await handled());
      return ids.every((id) => done.has(id));
    },
    { what: `${ids.length} events to be handled`, timeoutMs: 150_000 },
  );

const behind = async (): Promise<number> =>
  ((await ears.client.lag('things-service', ['things']))['things'] ?? []).reduce(
    (a, b) => a + b,
    0,
  );

const caughtUp = (): Promise<unknown> =>
  waitFor(async () => (await behind()) === 0, { what: 'the offsets to be committed' });

describe('a batch of events', () => {
  test('is handled in one transaction, and its offset committed afterwards', async () => {
    await ears.client.send(things(...numbered(50)));
    await service();
    await allHandled(numbered(50));
    await caughtUp();
    const rows = await database.query<Handled>('select id, transaction from handled');
    expect(rows).toHaveLength(50);
    // One request may be fetched in more than one piece, but never event by event.
    expect(new Set(rows.map(({ transaction }) => transaction)).size).toBeLessThan(5);
  });

  test('passes on what it publishes, with its cause, trace and chain', async () => {
    handleOne = (event, unit) =>
      unit.publish(caused(event, anEvent({ topic: 'echoes', id: `echo-${event.id}` })));
    await service();
    await ears.client.send([anEvent({ id: 'e', correlationid: 'saga', traceparent: 'trace' })]);
    const echo = await waitFor(() => ears.heard.find(({ id }) => id === 'echo-e'), {
      what: 'the echo',
    });
    expect(echo).toMatchObject({ causationid: 'e', correlationid: 'saga', traceparent: 'trace' });
    expect(echo.extensions?.['chain']).toMatch(/^1 1\*com\.example\.thing\.happened/);
  });

  test('with a poisonous event: its mates are handled once, it becomes a dead letter', async () => {
    handleOne = ({ id }) => {
      if (id === 'e7') throw new TypeError('cannot read e7');
    };
    await ears.client.send(things(...numbered(20)));
    await service();
    const mates = numbered(20).filter((id) => id !== 'e7');
    await allHandled(mates);
    await caughtUp();

    expect((await handled()).toSorted()).toEqual(mates.toSorted());
    const letter = await waitFor(() => ears.heard.find(({ topic }) => topic === 'things.dlq'), {
      what: 'the dead letter',
    });
    expect(letter.causationid).toBe('e7');
    expect(letter.extensions).toMatchObject({ deadcode: 'handler-failed' });
    expect((letter.data as DeadLetterData).headers['ce_id']).toBe('e7');
    expect(ears.ids('things.dlq')).toHaveLength(1);
  });

  test('with a poisonous event and a handler for that: the handler decides', async () => {
    handleOne = ({ id }) => {
      if (id === 'e3') throw new Error('no');
    };
    await ears.client.send(things(...numbered(6)));
    await service(CarefulThings);
    await allHandled(['e0', 'e1', 'e2', 'e4', 'e5']);
    await waitFor(() => ears.ids('echoes').includes('parked-e3'), { what: 'the decision' });
    await caughtUp();
    expect(ears.ids('things.dlq')).toEqual([]);
  });

  test('with an SQL error that its handler swallows: not committed, found out, put aside', async () => {
    handleOne = async ({ id }, unit) => {
      if (id === 'e1') await unit.tx.query('select 1/0').catch(() => undefined);
    };
    await ears.client.send(things('e0', 'e1', 'e2'));
    await service();
    await allHandled(['e0', 'e2']);
    await waitFor(() => ears.ids('things.dlq').length === 1, { what: 'the dead letter' });
    expect(await handled()).not.toContain('e1');
  });

  test('with messages that are no events: dead letters, the others are handled', async () => {
    const producer = adminKafka(kafka.brokers).producer();
    await producer.connect();
    const topic = `${ears.prefix}things`;
    const messages = [
      { key: 'k', value: 'not an event' },
      {
        key: 'k',
        value: '{"a":',
        headers: { ce_specversion: '1.0', ce_id: '1', ce_source: 's', ce_type: 't' },
      },
      { key: null, value: null },
    ];
    await producer.send({ topic, messages });
    await producer.disconnect();
    await ears.client.send(things('e0'));
    await service();
    await allHandled(['e0']);
    await waitFor(() => ears.ids('things.dlq').length === 3, { what: 'the dead letters' });
    await caughtUp();
    const codes = ears.heard
      .filter(({ topic: of }) => of === 'things.dlq')
      .map(({ extensions }) => extensions?.['deadcode']);
    expect(codes.toSorted()).toEqual(['invalid-json', 'not-a-cloud-event', 'not-a-cloud-event']);
  });

  test('that goes round in circles for ever is stopped', async () => {
    handleOne = (event, unit) => unit.publish(caused(event, anEvent({ key: event.key })));
    await service();
    await ears.client.send(things('first'));
    const letter = await waitFor(() => ears.heard.find(({ topic }) => topic === 'things.dlq'), {
      what: 'the loop to be stopped',
    });
    expect(letter.extensions).toMatchObject({ deadcode: 'loop' });
    await caughtUp();
    expect(ears.ids('things').length).toBeLessThan(20);
    expect(log.lines.some((line) => line.startsWith('error loop'))).toBe(true);
  });
});

describe('a transaction that fails for no fault of its events', () => {
  test('is tried again as a whole, and no offset is committed before it succeeded', async () => {
    let broken = true;
    let attempts = 0;
    handleOne = () => {
      attempts += 1;
      if (broken) throw new RetryableError('version conflict');
    };
    await ears.client.send(things('e0', 'e1', 'e2'));
    await service();
    await waitFor(() => attempts > 8, { what: 'several attempts' });
    expect(await behind()).toBe(3);
    expect(await handled()).toEqual([]);

    broken = false;
    await allHandled(['e0', 'e1', 'e2']);
    await caughtUp();
    expect(await handled()).toHaveLength(3);
    expect(ears.ids('things.dlq')).toEqual([]);
  });

  test('does not hold up the other partitions', async () => {
    handleOne = ({ partition }) => {
      if (partition === 0) throw new RetryableError('locked');
    };
    await ears.client.send([anEvent({ id: 'stuck', partition: 0 })]);
    await service();
    await waitFor(() => log.lines.some((line) => line.includes('paused')), { what: 'the pause' });
    const others = numbered(5);
    await ears.client.send(others.map((id) => anEvent({ id, partition: 1 })));
    await allHandled(others);
    expect(await handled()).not.toContain('stuck');
    handleOne = () => undefined;
    await allHandled(['stuck']);
  });

  test('comes again after a restart', async () => {
    handleOne = () => {
      throw new RetryableError('the other service is down');
    };
    await ears.client.send(things('e0'));
    const first = await service();
    await waitFor(() => log.lines.some((line) => line.includes('paused')), { what: 'the pause' });
    await first.close();

    handleOne = () => undefined;
    await service();
    await allHandled(['e0']);
  });

  test('a database that loses all of its connections delays events and loses none', async () => {
    await service();
    await ears.client.send(things('before'));
    await allHandled(['before']);
    for (let round = 0; round < 5; round += 1) {
      await ears.client.send(things(`round-${round}`));
      await database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()
           and backend_type = 'client backend'`,
      );
    }
    await allHandled(Array.from({ length: 5 }, (_, round) => `round-${round}`));
    await caughtUp();
    expect(ears.ids('things.dlq')).toEqual([]);
  });
});

describe('the life of a service', () => {
  test('a stop in the middle: what is done is recorded, nothing is handled twice', async () => {
    const first = await service();
    await ears.client.send(things(...numbered(200)));
    await waitFor(async () => (await handled()).length > 0, { what: 'the first ones' });
    await first.close();
    await service();
    await allHandled(numbered(200));
    await caughtUp();
    expect(await handled()).toHaveLength(200);
  });

  test('two of them share the partitions, and each event is handled once', async () => {
    await Promise.all([service(), service()]);
    const ids = numbered(100);
    await waitFor(() => log.lines.filter((line) => line.includes('joined')).length >= 2, {
      what: 'both to join',
    });
    await ears.client.send(ids.map((id) => anEvent({ id, key: id })));
    await allHandled(ids);
    await caughtUp();
    expect(await handled()).toHaveLength(100);
  });

  test('a batch that takes longer than the session keeps its partition', async () => {
    const tuning = { ...DEFAULT_TUNING, sessionTimeoutMs: 6_000 };
    handleOne = async ({ id }, unit) => {
      if (id === 'slow') await unit.tx.query('select pg_sleep(8)');
    };
    await ears.client.send(things('slow', 'next'));
    await service(Things, kafka.brokers, tuning);
    await allHandled(['slow', 'next']);
    await caughtUp();
    expect(log.lines.filter((line) => line.includes('joined'))).toHaveLength(1);
    expect(await handled()).toEqual(['slow', 'next']);
  }, 240_000);

  test('two handlers for one topic are refused at the start', async () => {
    @Controller()
    class Doubled {
      @BatchHandler('things')
      one(): Promise<void> {
        return Promise.resolve();
      }
      @BatchHandler('things')
      two(): Promise<void> {
        return Promise.resolve();
      }
    }
    await expect(service(Doubled)).rejects.toThrow('two batch handlers for the topic things');
  });
});

describe('a broker that is not there', () => {
  const kafkaPart = (app: INestApplication): HealthPart => {
    const part = app.get<HealthPart[]>(HEALTH_PARTS).find(({ name }) => name === 'kafka');
    if (part === undefined) throw new Error('no health part for kafka');
    return part;
  };
  const healthy = (part: HealthPart): Promise<boolean> =>
    part.check().then(
      () => true,
      () => false,
    );

  test('when the service starts: it starts, says so, and goes on when the broker comes', async () => {
    const port = await freePort();
    let late: KafkaServer | undefined;
    closing.add(async () => late?.stop());
    const app = await service(Things, `127.0.0.1:${port}`);
    expect(await healthy(kafkaPart(app))).toBe(false);
    await app.get(Outbox).transaction((unit) => Promise.resolve(unit.publish(...things('e0'))));

    late = await startKafka({ mode: 'local', port });
    const { client } = new Ears(late.brokers, ears.prefix);
    closing.add(() => client.close());
    // The topics come even later than the broker.
    await client.ensureTopics({
      things: { partitions: 2, retentionMs: 3_600_000 },
      'things.dlq': { partitions: 1, retentionMs: 3_600_000 },
    });
    await allHandled(['e0']);
    await waitFor(() => healthy(kafkaPart(app)), { what: 'the service to be healthy' });
  }, 240_000);

  test('for a while: events wait, and all arrive when it is back', async () => {
    const own = await startKafka({ mode: 'local' });
    closing.add(() => own.stop());
    ears = await listening(own.brokers);
    const app = await service(Things, own.brokers);
    const outbox = app.get(Outbox);
    const publish = (id: string): Promise<void> =>
      outbox.transaction((unit) => Promise.resolve(unit.publish(...things(id))));
    await publish('before');
    await allHandled(['before']);
    expect(await healthy(kafkaPart(app))).toBe(true);

    await own.stopBroker('SIGKILL');
    for (const id of numbered(30)) await publish(id);
    await waitFor(async () => !(await healthy(kafkaPart(app))), { what: 'the outage to be seen' });
    await own.startBroker();

    await allHandled(numbered(30));
    await waitFor(() => healthy(kafkaPart(app)), { what: 'the service to be healthy again' });
    await waitFor(() => outbox.backlog === 0, {
      what: 'the broker to have said so of all of them',
    });
  }, 240_000);
});
