import type { Admin, Kafka } from 'kafkajs';
import { runtime } from '#platform';
import { decode, encode } from '../codec.js';
import type { OutgoingEvent, ReceivedEvent } from '../event.js';
import { createKafka, RETRY } from './kafkajs.js';
import type { KafkaOptions } from './options.js';
import { KafkaPublisher } from './producer.js';
import { ensureTopics, type TopicChanges, type TopicRequirement } from './topics.js';

export interface TailOptions {
  /** Also what lies there already. Default false. */
  readonly fromBeginning?: boolean;
  readonly onEvent: (event: ReceivedEvent) => void;
  /** Told of messages that are no CloudEvents. */
  readonly onUndecodable?: (place: { partition: number; offset: string }, why: string) => void;
}

/**
 * The broker, for what is not a service's own consuming and publishing: health, tools, tests.
 * Topics and groups are given by their logical names. Connects when first used.
 */
export class KafkaClient {
  readonly #kafka: Kafka;
  readonly #publisher: KafkaPublisher;
  #admin: Promise<Admin> | undefined;

  constructor(private readonly options: KafkaOptions) {
    this.#kafka = createKafka(options);
    this.#publisher = new KafkaPublisher(options);
  }

  /** Makes missing topics, and adds partitions and sets the retention of those that differ. */
  async ensureTopics(wanted: Readonly<Record<string, TopicRequirement>>): Promise<TopicChanges> {
    const full = Object.fromEntries(
      Object.entries(wanted).map(([topic, spec]) => [this.#full(topic), spec]),
    );
    const changes = await this.#withAdmin((admin) => ensureTopics(admin, full));
    return {
      created: changes.created.map((topic) => this.#logical(topic)),
      changed: changes.changed.map((topic) => this.#logical(topic)),
    };
  }

  /** Sends at once, outside of any transaction, and resolves when the broker has it. */
  send(events: readonly OutgoingEvent[]): Promise<void> {
    return this.#publisher.send(events.map(encode));
  }

  /** Reads a topic without taking anything from anybody, everything sent from now on included. */
  async tail(topic: string, options: TailOptions): Promise<{ stop(): Promise<void> }> {
    const full = this.#full(topic);
    const groupId = `${this.options.topicPrefix}tail-${runtime.uuid()}`;
    // kafkajs would go on for ever when it is stopped while it is joining.
    let stopped = false;
    const consumer = this.#kafka.consumer({
      groupId,
      maxWaitTimeInMs: 200,
      // The shortest a broker allows: after an outage it waits for its former self to expire.
      sessionTimeout: 6_000,
      retry: { ...RETRY, retries: 10, restartOnFailure: () => Promise.resolve(!stopped) },
    });
    // "From now on" begins here, not when the group has found itself some time later.
    const ends = await this.#withAdmin((admin) => admin.fetchTopicOffsets(full));
    await consumer.connect();
    await consumer.subscribe({ topics: [full], fromBeginning: true });
    let hasJoined = false;
    consumer.on(consumer.events.GROUP_JOIN, () => {
      // Once: what came while it was out of its group is what it joins anew for. Not after `run`,
      // which resolves also when kafkajs is about to try once more and has no group meanwhile.
      if (hasJoined || options.fromBeginning === true) return;
      hasJoined = true;
      for (const { partition, high } of ends) {
        consumer.seek({ topic: full, partition, offset: high });
      }
    });
    await consumer.run({
      eachMessage: ({ partition, message }) => {
        const decoded = decode({ ...message, topic, partition });
        if ('event' in decoded) options.onEvent(decoded.event);
        else
          options.onUndecodable?.(
            { partition, offset: message.offset },
            decoded.undecodable.message,
          );
        return Promise.resolve();
      },
    });
    const stop = async (): Promise<void> => {
      stopped = true;
      await consumer.disconnect();
      await this.#withAdmin((admin) => admin.deleteGroups([groupId])).catch(() => undefined);
    };
    return { stop };
  }

  /** How many messages the group is behind, by topic and partition. */
  async lag(group: string, topics: readonly string[]): Promise<Record<string, number[]>> {
    const groupId = this.#full(group);
    return this.#withAdmin(async (admin) => {
      const committed = await admin.fetchOffsets({
        groupId,
        topics: topics.map((topic) => this.#full(topic)),
      });
      const lags: Record<string, number[]> = {};
      for (const { topic, partitions } of committed) {
        const ends = await admin.fetchTopicOffsets(topic);
        const behind: number[] = [];
        for (const { partition, high, low } of ends) {
          const at = partitions.find((known) => known.partition === partition)?.offset ?? '-1';
          // What the topic no longer keeps can no longer be missed.
          behind[partition] = Number(high) - Math.max(Number(low), Number(at));
        }
        lags[this.#logical(topic)] = behind;
      }
      return lags;
    });
  }

  /** How many messages each of these topics keeps; those that are not there are left out. */
  async kept(topics: readonly string[]): Promise<Record<string, number>> {
    return this.#withAdmin(async (admin) => {
      const existing = new Set(await admin.listTopics());
      const counts: Record<string, number> = {};
      for (const topic of topics) {
        if (!existing.has(this.#full(topic))) continue;
        const ends = await admin.fetchTopicOffsets(this.#full(topic));
        counts[topic] = ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
      }
      return counts;
    });
  }

  /** @throws when no broker answers */
  async ping(): Promise<void> {
    try {
      await this.#withAdmin((admin) => admin.describeCluster());
    } catch (error) {
      // kafkajs stumbles over an answer that never came with an error of the language.
      if (error instanceof TypeError)
        throw new Error('the broker did not answer', { cause: error });
      throw error;
    }
  }

  async close(): Promise<void> {
    const admin = this.#admin;
    this.#admin = undefined;
    await admin?.then((connected) => connected.disconnect()).catch(() => undefined);
    await this.#publisher.close();
  }

  async #withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    this.#admin ??= this.#connectAdmin();
    const pending = this.#admin;
    try {
      return await work(await pending);
    } catch (error) {
      // Its connection may be the reason: the next call makes a new one.
      if (this.#admin === pending) this.#admin = undefined;
      void pending.then((admin) => admin.disconnect()).catch(() => undefined);
      throw error;
    }
  }

  async #connectAdmin(): Promise<Admin> {
    const admin = this.#kafka.admin();
    await admin.connect();
    return admin;
  }

  #full(name: string): string {
    return this.options.topicPrefix + name;
  }

  #logical(topic: string): string {
    return topic.slice(this.options.topicPrefix.length);
  }
}
