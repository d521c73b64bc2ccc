/** The topics of a world from outside: reads everything, sends anything, sees the groups. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, IHeaders, Kafka, Producer } from 'kafkajs';
import { adminKafka, testId, waitFor, withAdmin, type KafkaServer } from '#testing';

/** A message as it lies in a topic. Topics are named without the world's prefix. */
export interface StoredMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string | null;
}

export type OutgoingMessage = Omit<StoredMessage, 'partition' | 'offset' | 'value'> & {
  readonly value: string | Buffer | null;
  /** Default: by the key, as the services do. */
  readonly partition?: number;
};

/** What each service reads, in the group of its own name. */
const READ_BY: Readonly<Record<string, string>> = {
  order: 'order.commands',
  orchestrator: 'saga.inbox',
  inventory: 'inventory.commands',
  payment: 'payment.commands',
  shipping: 'shipping.commands',
  notification: 'notification.commands',
};

export const READ_BY_SERVICES: readonly string[] = Object.values(READ_BY);

/** The facts that notification reads besides. */
export const READ_FACTS: readonly string[] = ['order.events', 'payment.events', 'shipment.events'];

/** Services and the topics in which they may lag. */
const READING: readonly (readonly [service: string, topic: string])[] = [
  ...Object.entries(READ_BY),
  ...READ_FACTS.map((topic) => ['notification', topic] as const),
  ...['order', 'inventory'].map((service) => [service, 'shipment.events'] as const),
];

export const DEAD_LETTERS: readonly string[] = [...READ_BY_SERVICES, 'shipment.events'].map(
  (topic) => `${topic}.dlq`,
);

/** A `TestWorld`, or as much of one as there is. */
interface Surroundings {
  readonly kafka: Pick<KafkaServer, 'brokers'>;
  readonly topicPrefix: string;
}

export class Topics {
  private readonly kafka: Kafka;
  private producer: Promise<Producer> | undefined;
  private readonly consumers: Consumer[] = [];
  private readonly waiting: OutgoingMessage[] = [];
  private lastRound: Promise<void> = Promise.resolve();
  private nextRound: Promise<void> | undefined;

  constructor(private readonly world: Surroundings) {
    this.kafka = adminKafka(world.kafka.brokers, 8);
  }

  /** What is sent while something is on its way goes next, all at once: one producer sends one thing at a time. */
  send(messages: readonly OutgoingMessage[]): Promise<void> {
    this.waiting.push(...messages);
    this.nextRound ??= this.lastRound.then(() => {
      const all = this.waiting.splice(0);
      this.nextRound = undefined;
      const round = this.sendNow(all);
      this.lastRound = round.catch(() => undefined);
      return round;
    });
    return this.nextRound;
  }

  private async sendNow(messages: readonly OutgoingMessage[]): Promise<void> {
    this.producer ??= this.connectProducer();
    const producer = await this.producer;
    const byTopic = Map.groupBy(messages, ({ topic }) => topic);
    await producer.sendBatch({
      acks: -1,
      topicMessages: [...byTopic].map(([topic, ofTopic]) => ({
        topic: this.world.topicPrefix + topic,
        messages: ofTopic.map(({ key, headers, value, partition }) => ({
          key,
          headers: { ...headers },
          value,
          ...(partition === undefined ? {} : { partition }),
        })),
      })),
    });
  }

  private async connectProducer(): Promise<Producer> {
    // Sent again to a broker that did not lead a topic yet, what it has taken already counts once.
    const producer = this.kafka.producer({
      ...{ allowAutoTopicCreation: false, idempotent: true, maxInFlightRequests: 1 },
    });
    await producer.connect();
    return producer;
  }

  /** Everything that lies in these topics now. */
  async readAll(topics: readonly string[]): Promise<StoredMessage[]> {
    const ends = await this.ends(topics);
    const total = [...ends.values()].reduce((sum, { count }) => sum + count, 0);
    const messages: StoredMessage[] = [];
    if (total === 0) return messages;
    const consumer = await this.follow(topics, (message) => messages.push(message));
    const arrived = () =>
      messages.filter(({ topic, partition, offset }) => {
        const end = ends.get(`${topic}/${partition}`)?.high;
        return end !== undefined && BigInt(offset) < end;
      });
    await waitFor(() => arrived().length >= total, {
      what: `${total} messages`,
      timeoutMs: 150_000,
    });
    await consumer.disconnect();
    return arrived();
  }

  /** Calls `onMessage` with everything in the topics, old and new, once each, until `stop`. */
  async follow(
    topics: readonly string[],
    onMessage: (message: StoredMessage) => void,
  ): Promise<Consumer> {
    const { topicPrefix } = this.world;
    const consumer = this.kafka.consumer({
      groupId: `${topicPrefix}test-${testId()}`,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 100,
    });
    this.consumers.push(consumer);
    // A member that was late joins anew, and begins at the beginning.
    const next = new Map<string, bigint>();
    await consumer.connect();
    await consumer.subscribe({
      topics: topics.map((topic) => topicPrefix + topic),
      fromBeginning: true,
    });
    await consumer.run({
      autoCommit: false,
      eachMessage: ({ topic, partition, message }) => {
        const place = `${topic}/${partition}`;
        const offset = BigInt(message.offset);
        if (offset < (next.get(place) ?? 0n)) return Promise.resolve();
        next.set(place, offset + 1n);
        onMessage({
          topic: topic.slice(topicPrefix.length),
          partition,
          offset: message.offset,
          key: message.key?.toString('utf8') ?? '',
          headers: texts(message.headers),
          value: message.value?.toString('utf8') ?? null,
        });
        return Promise.resolve();
      },
    });
    return consumer;
  }

  /** How many messages each of the topics holds, in all its partitions. */
  async counts(topics: readonly string[]): Promise<Record<string, number>> {
    const ends = await this.ends(topics);
    const counts: Record<string, number> = Object.fromEntries(topics.map((topic) => [topic, 0]));
    for (const [place, { count }] of ends) {
      const topic = place.slice(0, place.lastIndexOf('/'));
      counts[topic] = (counts[topic] ?? 0) + count;
    }
    return counts;
  }

  private async ends(
    topics: readonly string[],
  ): Promise<Map<string, { high: bigint; count: number }>> {
    const look = () =>
      withAdmin(this.world.kafka.brokers, async (admin) => {
        const ends = new Map<string, { high: bigint; count: number }>();
        for (const topic of topics) {
          const offsets = await admin.fetchTopicOffsets(this.world.topicPrefix + topic);
          for (const { partition, high, low } of offsets) {
            const count = Number(BigInt(high) - BigInt(low));
            ends.set(`${topic}/${partition}`, { high: BigInt(high), count });
          }
        }
        return ends;
      });
    // A broker that the machine held up leads nothing for some seconds; the client gives up on that.
    return waitFor(look, { what: `the ends of ${topics.join(', ')}`, timeoutMs: 150_000 });
  }

  /** How many members a service's consumer group has. */
  async members(service: string): Promise<number> {
    const groupId = this.world.topicPrefix + service;
    return withAdmin(this.world.kafka.brokers, async (admin) => {
      const { groups } = await admin.describeGroups([groupId]);
      return groups[0]?.members.length ?? 0;
    });
  }

  /** Messages that the services have not finished with, over all their groups. */
  async lag(): Promise<bigint> {
    return withAdmin(this.world.kafka.brokers, async (admin) => {
      let lag = 0n;
      for (const [service, name] of READING) {
        const topic = this.world.topicPrefix + name;
        const groupId = this.world.topicPrefix + service;
        const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
        for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
          const of = committed?.partitions.find((candidate) => candidate.partition === partition);
          // -1: nothing was committed yet, so all of it is to come.
          const done = of === undefined || of.offset === '-1' ? BigInt(low) : BigInt(of.offset);
          lag += BigInt(high) - done;
        }
      }
      return lag;
    });
  }

  /** Waits until the services have worked off all messages and cause no more. */
  async untilQuiet(timeoutMs = 30_000): Promise<void> {
    let quiet = 0;
    await waitFor(
      async () => {
        quiet = (await this.lag()) === 0n ? quiet + 1 : 0;
        // What was handled a moment ago may yet have an answer on its way through an outbox.
        return quiet >= 3;
      },
      { what: 'all groups to have no lag', timeoutMs, intervalMs: 300 },
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.disconnect()));
    if (this.producer) await (await this.producer).disconnect();
    // The client's idle request timers end on the next turn.
    await delay(0);
  }
}

function texts(headers: IHeaders | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).flatMap(([name, value]) => {
      const last = Array.isArray(value) ? value.at(-1) : value;
      return last === undefined ? [] : [[name, last.toString()]];
    }),
  );
}
