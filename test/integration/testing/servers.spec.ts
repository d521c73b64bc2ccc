import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import {
  createDatabase,
  createTopics,
  deleteTopics,
  startKafka,
  startPostgres,
  testId,
  waitFor,
  withAdmin,
  type KafkaServer,
  type PostgresServer,
} from '#testing';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('a Postgres of one’s own', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({ fsync: false });
  }, 240_000);
  afterAll(() => server.stop());

  it('gives each role its database, closed to the others', async () => {
    const [ours, theirs] = [testId(), testId()];
    const mine = await createDatabase(server, ours);
    await createDatabase(server, theirs);
    await createDatabase(server, ours);
    await query(mine.url, 'create table kept (n int)');
    const trespass = mine.url.replace(/[^/]+$/, theirs);
    await expect(query(trespass, 'select 1')).rejects.toThrow(/permission denied/);
    await mine.drop();
    await expect(query(mine.url, 'select 1')).rejects.toThrow();
  });

  it('comes back after a crash on the same port with what was committed', async () => {
    const database = await createDatabase(server, testId());
    await query(database.url, 'create table kept as select 7 as n');
    await server.stopServer('immediate');
    expect(server.pid).toBeUndefined();
    await expect(query(database.url, 'select n from kept')).rejects.toThrow();
    await server.startServer();
    expect(await query(database.url, 'select n from kept')).toEqual([{ n: 7 }]);
  }, 240_000);
});

describe('a Kafka of one’s own', () => {
  let server: KafkaServer;
  beforeAll(async () => {
    server = await startKafka();
  }, 240_000);
  afterAll(() => server.stop());

  it('has every topic of the system under a prefix, also when asked twice', async () => {
    const prefix = `${testId()}.`;
    const topics = await createTopics(server.brokers, prefix);
    expect(await createTopics(server.brokers, prefix)).toEqual(topics);
    expect(topics).toContain(`${prefix}saga.inbox`);
    expect(topics).toContain(`${prefix}saga.inbox.dlq`);
    await deleteTopics(server.brokers, prefix);
    await waitFor(
      async () =>
        !(await withAdmin(server.brokers, (admin) => admin.listTopics())).some((topic) =>
          topic.startsWith(prefix),
        ),
      { what: 'the topics to be gone' },
    );
  }, 240_000);

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'comes back after %s on the same port with its data',
    async (signal) => {
      const prefix = `${testId()}.`;
      const [topic = ''] = await createTopics(server.brokers, prefix);
      await send(server.brokers, topic, 'before');
      await server.stopBroker(signal);
      await expect(withAdmin(server.brokers, (admin) => admin.listTopics())).rejects.toThrow();
      await server.startBroker();
      await waitFor(async () => (await count(server.brokers, topic)) > 0, {
        what: 'the message from before in the topic',
      });
      await send(server.brokers, topic, 'after');
      expect(await count(server.brokers, topic)).toBeGreaterThan(1);
    },
    240_000,
  );
});

async function count(brokers: string, topic: string): Promise<number> {
  const offsets = await withAdmin(brokers, (admin) => admin.fetchTopicOffsets(topic));
  return offsets.reduce((sum, { high }) => sum + Number(high), 0);
}

/** Again and again: a broker answers a moment before it leads the partitions of a new topic, or its old ones again. */
const send = (brokers: string, topic: string, value: string): Promise<unknown> =>
  waitFor(() => sendOnce(brokers, topic, value).then(() => true), {
    what: `the message '${value}' to be taken`,
  });

async function sendOnce(brokers: string, topic: string, value: string): Promise<void> {
  const kafka = new Kafka({
    brokers: [brokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 8 },
  });
  const producer = kafka.producer();
  await producer.connect();
  try {
    await producer.send({ topic, messages: [{ key: 'k', value }] });
  } finally {
    await producer.disconnect();
  }
}
