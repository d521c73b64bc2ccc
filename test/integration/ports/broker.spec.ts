/**
 * The contract of the broker and its client, as far as the transport and the outbox rely on it:
 * where messages go, who gets them, from where on, and what a group takes from whom.
 */
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import type { ConsumerPort, FetchedPayload, KafkaPort, ProducerPort } from '#messaging';
import { waitFor } from '#testing';
import { BROKER_SIDES, type BrokerSide } from './broker-sides.js';

jest.setTimeout(60_000);

type Message = NonNullable<
  Parameters<ProducerPort['sendBatch']>[0]['topicMessages']
>[number]['messages'][number];
type Handle = (payload: FetchedPayload) => Promise<void>;

interface Read {
  readonly partition: number;
  readonly offset: string;
  readonly key: string | undefined;
  readonly value: string | undefined;
}

const nothing = (): undefined => undefined;

/** Takes everything that it fetches as done, and commits nothing by itself. */
const resolveAll: Handle = ({ batch, resolveOffset }) => {
  for (const { offset } of batch.messages) resolveOffset(offset);
  return Promise.resolve();
};

/** A member of a group that writes down what it gets. */
class Reader {
  readonly read: Read[] = [];
  /** Its part of the topic; undefined until it has joined. */
  partitions: readonly number[] | undefined;
  joins = 0;
  readonly consumer: ConsumerPort;

  constructor(
    client: KafkaPort,
    private readonly topic: string,
    groupId: string,
    private readonly handle: Handle,
  ) {
    this.consumer = client.consumer({
      groupId,
      // Longer than a test: nobody is given up because it was not heard of.
      sessionTimeout: 120_000,
      // What a member has to join the next generation: short, so that a zombie is one soon.
      rebalanceTimeout: 1_000,
      heartbeatInterval: 100,
      maxWaitTimeInMs: 50,
      allowAutoTopicCreation: false,
    });
    this.consumer.on(this.consumer.events.GROUP_JOIN, ({ payload }) => {
      this.joins += 1;
      this.partitions = payload.memberAssignment[topic] ?? [];
    });
  }

  async start(): Promise<void> {
    const { consumer, topic } = this;
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 4,
      eachBatch: async (payload) => {
        const { messages, partition } = payload.batch;
        for (const { key, value, offset } of messages) {
          this.read.push({ partition, offset, key: key?.toString(), value: value?.toString() });
        }
        await this.handle(payload);
      },
    });
  }

  get values(): (string | undefined)[] {
    return this.read.map(({ value }) => value);
  }

  commit(partition: number, offset: number): Promise<void> {
    return this.consumer.commitOffsets([{ topic: this.topic, partition, offset: String(offset) }]);
  }

  gets(count: number): Promise<unknown> {
    return waitFor(() => this.read.length >= count, { what: `${count} messages` });
  }

  has(partitions: readonly number[]): Promise<unknown> {
    const wanted = JSON.stringify(partitions);
    return waitFor(() => JSON.stringify(this.partitions?.toSorted()) === wanted, {
      what: `the partitions ${wanted}`,
    });
  }
}

describe.each(BROKER_SIDES)('the broker and its client: %s', (_name, open) => {
  let side: BrokerSide;
  let producer: ProducerPort;
  const readers: Reader[] = [];

  beforeAll(async () => {
    side = await open();
  }, 240_000);
  afterAll(() => side.close());
  beforeEach(async () => {
    producer = side.client().producer({ allowAutoTopicCreation: false, retry: { retries: 1 } });
    await producer.connect();
  });
  afterEach(async () => {
    await Promise.all(readers.splice(0).map(({ consumer }) => consumer.disconnect()));
    await producer.disconnect();
  });

  const send = (topic: string, ...messages: Message[]) =>
    producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages }] });
  const numbered = (count: number, partition = 0): Message[] =>
    Array.from({ length: count }, (_, no) => ({ partition, value: `m${no}` }));
  const begin = async (topic: string, group: string, handle: Handle = resolveAll) => {
    const reader = new Reader(side.client(), topic, group, handle);
    readers.push(reader);
    await reader.start();
    return reader;
  };

  it('keeps the order of a partition', async () => {
    const topic = await side.newTopic(2);
    const reader = await begin(topic, side.newGroup(topic));
    const values = Array.from({ length: 30 }, (_, no) => `m${no}`);
    for (let from = 0; from < 30; from += 10) {
      await send(topic, ...values.slice(from, from + 10).map((value) => ({ partition: 1, value })));
    }
    await reader.gets(30);
    expect(reader.values).toEqual(values);
    expect(reader.read.map(({ offset }) => Number(offset))).toEqual(values.map((_, no) => no));
  });

  it('puts a key into the same partition each time, and what names a partition into that', async () => {
    const topic = await side.newTopic(4);
    const keys = Array.from({ length: 12 }, (_, no) => `key-${no}`);
    const keyed = keys.map((key) => ({ key, value: 'by its key' }));
    await send(topic, ...keyed);
    await send(topic, ...keyed);
    await send(topic, ...keys.map((key) => ({ key, partition: 2, value: 'by its partition' })));
    const reader = await begin(topic, side.newGroup(topic));
    await reader.gets(36);
    const placesOf = (wanted: string, value: string) =>
      reader.read
        .filter((one) => one.key === wanted && one.value === value)
        .map(({ partition }) => partition);
    for (const key of keys) {
      const places = placesOf(key, 'by its key');
      expect(places).toHaveLength(2);
      expect(new Set(places).size).toBe(1);
      expect(placesOf(key, 'by its partition')).toEqual([2]);
    }
    expect(new Set(keys.flatMap((key) => placesOf(key, 'by its key'))).size).toBeGreaterThan(1);
  });

  it('hands over keys, values and headers as they were', async () => {
    const topic = await side.newTopic(1);
    const messages = [
      { key: 'é', value: '{"text":"žluťoučký 🐎"}', headers: { ce_id: 'id-1', empty: '' } },
      { key: null, value: Buffer.from([0, 255, 1, 254]) },
      { key: Buffer.from([7, 200]), value: null },
    ];
    await send(topic, ...messages);
    const got: unknown[] = [];
    await begin(topic, side.newGroup(topic), (payload) => {
      for (const { key, value, headers = {} } of payload.batch.messages) {
        const texts = Object.entries(headers).map(([name, text]) => [name, String(text)]);
        got.push({ key, value, headers: Object.fromEntries(texts) });
      }
      return resolveAll(payload);
    });
    await waitFor(() => got.length === 3, { what: 'all messages' });
    expect(got).toEqual([
      {
        key: Buffer.from('é'),
        value: Buffer.from('{"text":"žluťoučký 🐎"}'),
        headers: { ce_id: 'id-1', empty: '' },
      },
      { key: null, value: Buffer.from([0, 255, 1, 254]), headers: {} },
      { key: Buffer.from([7, 200]), value: null, headers: {} },
    ]);
  });

  it('rejects what it cannot put anywhere', async () => {
    await expect(send('no-such-topic', { value: 'lost' })).rejects.toThrow();
  });

  it('gives a new group all there is, whatever other groups have read', async () => {
    const topic = await side.newTopic(2);
    await send(topic, ...numbered(3, 0), ...numbered(2, 1));
    const first = await begin(topic, side.newGroup(topic));
    await first.gets(5);
    await first.commit(0, 3);
    const second = await begin(topic, side.newGroup(topic));
    await second.gets(5);
    expect(second.read).toHaveLength(5);
  });

  it('shares all partitions among the members, none twice, and gives them to those who stay', async () => {
    const topic = await side.newTopic(4);
    const group = side.newGroup(topic);
    const [first, second] = [await begin(topic, group), await begin(topic, group)];
    await waitFor(() => first.joins === 2, { what: 'the first member in the new generation' });
    const shares = [first, second].map(({ partitions = [] }) => partitions);
    expect(shares.map(({ length }) => length)).toEqual([2, 2]);
    expect(shares.flat().toSorted()).toEqual([0, 1, 2, 3]);
    await first.consumer.disconnect();
    await second.has([0, 1, 2, 3]);
  });

  it('begins where the group has committed, and gives what was not committed again', async () => {
    const topic = await side.newTopic(1);
    const group = side.newGroup(topic);
    await send(topic, ...numbered(5));
    const first = await begin(topic, group);
    await first.gets(5);
    await first.commit(0, 3);
    await first.consumer.disconnect();
    const second = await begin(topic, group);
    await second.gets(2);
    expect(second.values).toEqual(['m3', 'm4']);
  });

  it('fetches again what was not resolved, while the session lasts', async () => {
    const topic = await side.newTopic(1);
    await send(topic, ...numbered(3));
    let rounds = 0;
    const reader = await begin(topic, side.newGroup(topic), (payload) => {
      rounds += 1;
      if (rounds > 1) return resolveAll(payload);
      payload.resolveOffset('0');
      return Promise.resolve();
    });
    await waitFor(() => reader.values.at(-1) === 'm2' && rounds > 1, { what: 'a second round' });
    const [first, again] = [reader.values.lastIndexOf('m1'), reader.values.indexOf('m1')];
    expect(first).toBeGreaterThan(again);
    expect(reader.values.filter((value) => value === 'm0')).toHaveLength(1);
  });

  it('holds a paused partition, and only that one, until it is resumed', async () => {
    const topic = await side.newTopic(2);
    const reader = await begin(topic, side.newGroup(topic));
    await reader.has([0, 1]);
    reader.consumer.pause([{ topic, partitions: [0] }]);
    await send(topic, ...numbered(2, 0));
    await send(topic, ...numbered(2, 1));
    await reader.gets(2);
    // What was sent later is here; what was sent before would be, too.
    await send(topic, ...numbered(1, 1));
    await reader.gets(3);
    expect(reader.read.map(({ partition }) => partition)).toEqual([1, 1, 1]);
    reader.consumer.resume([{ topic, partitions: [0] }]);
    await reader.gets(5);
    expect(reader.read.slice(3).map(({ partition }) => partition)).toEqual([0, 0]);
  });

  it('tells a member by its heartbeat of others that join, and takes its offsets meanwhile', async () => {
    const topic = await side.newTopic(2);
    const group = side.newGroup(topic);
    await send(topic, ...numbered(2));
    let commit: Promise<void> | undefined;
    const first: Reader = await begin(topic, group, async (payload) => {
      await resolveAll(payload);
      if (commit !== undefined) return;
      const beat = () => payload.heartbeat().then(nothing, (error: Error) => error);
      const refusal = await waitFor(beat, { what: 'a heartbeat that is refused' });
      commit = first.commit(0, 2);
      await commit.catch(nothing);
      throw refusal;
    });
    await first.gets(2);
    const second = await begin(topic, group);
    await waitFor(() => first.joins === 2, { what: 'the first member in the new generation' });
    await expect(commit).resolves.toBeUndefined();
    await send(topic, { partition: 0, value: 'm2' });
    await waitFor(() => first.read.length + second.read.length >= 3, { what: 'the third message' });
    expect([...first.values, ...second.values]).toEqual(['m0', 'm1', 'm2']);
  });

  it('takes nothing from a member that the group has given up', async () => {
    const topic = await side.newTopic(1);
    const group = side.newGroup(topic);
    await send(topic, ...numbered(3));
    const mayGoOn = Promise.withResolvers<void>();
    let beat: FetchedPayload['heartbeat'] | undefined;
    const zombie = await begin(topic, group, ({ heartbeat }) => {
      beat ??= heartbeat;
      return mayGoOn.promise;
    });
    await zombie.gets(3);
    const successor = await begin(topic, group);
    await successor.has([0]);
    await successor.gets(3);
    await expect(zombie.commit(0, 3)).rejects.toThrow();
    await expect(beat?.()).rejects.toThrow();
    await successor.commit(0, 1);
    mayGoOn.resolve();
    await Promise.all([zombie.consumer.disconnect(), successor.consumer.disconnect()]);
    const third = await begin(topic, group);
    await third.gets(2);
    expect(third.values).toEqual(['m1', 'm2']);
  });
});
