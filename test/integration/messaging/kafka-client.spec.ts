import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { KafkaClient, KafkaPublisher, RequestTooLargeError, type ReceivedEvent } from '#messaging';
import {
  deleteTopics,
  freePort,
  testId,
  testKafka,
  waitFor,
  withAdmin,
  type KafkaServer,
} from '#testing';
import { anEvent, Closing, TestLog } from './harness.js';

const HOUR_MS = 3_600_000;

let kafka: KafkaServer;
const closing = new Closing();
let topicPrefix: string;
let client: KafkaClient;

beforeAll(async () => {
  kafka = await testKafka();
}, 240_000);
afterAll(() => kafka.stop());

beforeEach(() => {
  topicPrefix = `${testId()}.`;
  closing.add(() => deleteTopics(kafka.brokers, topicPrefix));
  const log = new TestLog();
  client = new KafkaClient({ brokers: [kafka.brokers], clientId: 'test', topicPrefix, log });
  closing.add(() => client.close());
});
afterEach(() => closing.all());

describe('topics', () => {
  test('are made as wanted, then left alone, and changed where they differ', async () => {
    const wanted = {
      a: { partitions: 2, retentionMs: HOUR_MS },
      b: { partitions: 1, retentionMs: HOUR_MS },
    };
    expect(await client.ensureTopics(wanted)).toEqual({ created: ['a', 'b'], changed: [] });
    expect(await client.ensureTopics(wanted)).toEqual({ created: [], changed: [] });

    const changed = { ...wanted, a: { partitions: 4, retentionMs: 2 * HOUR_MS } };
    expect(await client.ensureTopics(changed)).toEqual({ created: [], changed: ['a'] });
    expect(await client.ensureTopics(changed)).toEqual({ created: [], changed: [] });
    const offsets = await withAdmin(kafka.brokers, (admin) =>
      admin.fetchTopicOffsets(`${topicPrefix}a`),
    );
    expect(offsets).toHaveLength(4);
  });

  test('never lose partitions', async () => {
    await client.ensureTopics({ a: { partitions: 3, retentionMs: HOUR_MS } });
    const fewer = await client.ensureTopics({ a: { partitions: 1, retentionMs: HOUR_MS } });
    expect(fewer).toEqual({ created: [], changed: [] });
  });

  test('are never made by themselves', async () => {
    await expect(client.send([anEvent({ topic: 'nowhere' })])).rejects.toThrow();
    expect(await withAdmin(kafka.brokers, (admin) => admin.listTopics())).not.toContain(
      `${topicPrefix}nowhere`,
    );
  });
});

describe('publishing', () => {
  test('says so when the broker takes each of the messages, but not all of them at once', async () => {
    await client.ensureTopics({ a: { partitions: 1, retentionMs: HOUR_MS } });
    const log = new TestLog();
    const publisher = new KafkaPublisher({
      ...{ brokers: [kafka.brokers], clientId: 'test', topicPrefix, log },
    });
    closing.add(() => publisher.close());
    const value = JSON.stringify('x'.repeat(600_000));
    const message = { topic: 'a', partition: null, key: 'k', headers: {}, value };
    await expect(publisher.send([message, message])).rejects.toThrow(RequestTooLargeError);
    await publisher.send([message]);
  });
});

describe('following a topic', () => {
  const idsIn = (heard: readonly ReceivedEvent[]): string[] => heard.map(({ id }) => id).toSorted();

  test('shows what comes from now on, or what is there as well', async () => {
    await client.ensureTopics({ a: { partitions: 2, retentionMs: HOUR_MS } });
    await client.send([anEvent({ topic: 'a', id: 'old', key: 'k1' })]);
    const fromNow: ReceivedEvent[] = [];
    const all: ReceivedEvent[] = [];
    const tails = [
      await client.tail('a', { onEvent: (event) => fromNow.push(event) }),
      await client.tail('a', { fromBeginning: true, onEvent: (event) => all.push(event) }),
    ];
    for (const tail of tails) closing.add(() => tail.stop());
    await client.send([
      anEvent({ topic: 'a', id: 'new-1' }),
      anEvent({ topic: 'a', id: 'new-2', key: 'k2' }),
    ]);
    await waitFor(() => fromNow.length >= 2 && all.length >= 3, { what: 'the events' });
    expect(idsIn(fromNow)).toEqual(['new-1', 'new-2']);
    expect(idsIn(all)).toEqual(['new-1', 'new-2', 'old']);
  });

  test('a group that has read nothing is behind by everything', async () => {
    await client.ensureTopics({ a: { partitions: 2, retentionMs: HOUR_MS } });
    await client.send([
      anEvent({ topic: 'a', partition: 0 }),
      anEvent({ topic: 'a', partition: 1 }),
      anEvent({ topic: 'a', partition: 1 }),
    ]);
    expect(await client.lag('nobody', ['a'])).toEqual({ a: [1, 2] });
  });
});

test('a broker that is not there is an error, in time for a health check', async () => {
  const nobody = new KafkaClient({
    brokers: [`127.0.0.1:${await freePort()}`],
    clientId: 'test',
    topicPrefix,
    log: new TestLog(),
  });
  closing.add(() => nobody.close());
  await expect(nobody.ping()).rejects.toThrow(/ECONNREFUSED/);
});
