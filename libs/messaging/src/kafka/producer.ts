import { CompressionTypes, Partitioners, type Message } from 'kafkajs';
import { RequestTooLargeError } from '../errors.js';
import type { MessagePublisher } from '../outbox/ports.js';
import type { WireMessage } from '../wire.js';
import { createKafka, RETRY } from './kafkajs.js';
import type { KafkaOptions } from './options.js';
import type { ConnectKafka, ProducerPort } from './ports.js';

/** After this many failures in a row the client is thrown away: its connections may be the fault. */
const FAILURES_BEFORE_REBUILD = 3;
const SEND_TIMEOUT_MS = 10_000;

/**
 * Sends batches of messages, acknowledged by all replicas in sync. One call at a time keeps the
 * order of a partition; an idempotent producer would add nothing, since the outbox repeats itself
 * after a crash anyway.
 */
export class KafkaPublisher implements MessagePublisher {
  #producer: Promise<ProducerPort> | undefined;
  #failures = 0;

  constructor(
    private readonly options: KafkaOptions,
    private readonly connectKafka: ConnectKafka = createKafka,
  ) {}

  async send(messages: readonly WireMessage[]): Promise<void> {
    try {
      this.#producer ??= this.#connect();
      const producer = await this.#producer;
      await producer.sendBatch({
        acks: -1,
        timeout: SEND_TIMEOUT_MS,
        compression: CompressionTypes.None,
        topicMessages: this.#byTopic(messages),
      });
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures % FAILURES_BEFORE_REBUILD === 0) void this.close();
      if (!isTooLarge(error)) throw error;
      throw new RequestTooLargeError('the broker takes no batch as large', { cause: error });
    }
  }

  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.then((connected) => connected.disconnect()).catch(() => undefined);
  }

  async #connect(): Promise<ProducerPort> {
    const producer = this.connectKafka(this.options).producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      metadataMaxAge: 60_000,
      // The outbox tries for ever; here only what a second attempt at once can cure is repeated.
      retry: { ...RETRY, retries: 1 },
    });
    try {
      await producer.connect();
      return producer;
    } catch (error) {
      this.#producer = undefined;
      throw error;
    }
  }

  #byTopic(messages: readonly WireMessage[]): { topic: string; messages: Message[] }[] {
    const topics = new Map<string, Message[]>();
    for (const { topic, partition, key, headers, value } of messages) {
      let list = topics.get(topic);
      if (list === undefined) topics.set(topic, (list = []));
      list.push({ key, value, headers, ...(partition !== null && { partition }) });
    }
    return [...topics].map(([topic, list]) => ({
      topic: this.options.topicPrefix + topic,
      messages: list,
    }));
  }
}

/** As the broker names it, of one record batch; kafkajs wraps what it does not try again. */
const TOO_LARGE = new Set<unknown>(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

function isTooLarge(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('type' in error && TOO_LARGE.has(error.type)) return true;
  return 'cause' in error && isTooLarge(error.cause);
}
