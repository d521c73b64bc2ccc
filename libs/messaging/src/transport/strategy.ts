import { lastValueFrom, isObservable } from 'rxjs';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { systemClock } from '../clock.js';
import type { ConsumerTuning, GroupConsumerOptions } from '../kafka/consumer-options.js';
import { GroupConsumer } from '../kafka/group-consumer.js';
import type { KafkaOptions } from '../kafka/options.js';
import type { Outbox } from '../outbox/outbox.js';
import { BatchRunner, type BatchRunnerPorts, type TopicHandlers } from './batch-runner.js';
import { BATCH_TRANSPORT, type BatchExtras } from './decorators.js';
import { BatchGatherer } from './gatherer.js';

export interface BatchTransportOptions {
  readonly kafka: KafkaOptions;
  /** Logical name of the consumer group. */
  readonly group: string;
  readonly outbox: Outbox;
  /** Rejects when no broker answers. */
  readonly ping: () => Promise<void>;
  readonly tuning?: ConsumerTuning | undefined;
  readonly count?: BatchRunnerPorts['count'];
  readonly handled?: BatchRunnerPorts['handled'];
  readonly observe?: GroupConsumerOptions['observe'];
}

/**
 * Nest's strategy for `@BatchHandler` methods. Nest calls them as it calls any event handler
 * (guards, interceptors and filters apply); what it is given to call them with are whole batches.
 */
export class BatchTransport extends Server implements CustomTransportStrategy {
  override readonly transportId = BATCH_TRANSPORT;
  /** Errors must reach us: they decide between retry, bisecting and dead letter. */
  override readonly propagatesEventHandlerErrors = true;
  #consumer: GroupConsumer | undefined;
  #beforeListen: () => Promise<unknown> = () => Promise.resolve();

  constructor(private readonly options: BatchTransportOptions) {
    super();
  }

  /** What must have happened before the first message is handled. */
  beforeListen(ready: () => Promise<unknown>): void {
    this.#beforeListen = ready;
  }

  listen(callback: (error?: unknown) => void): void {
    this.#listen().then(() => callback(), callback);
  }

  async close(): Promise<void> {
    await this.#consumer?.stop();
  }

  /** Logical names of the topics that have a handler. */
  get topics(): readonly string[] {
    const extras = [...this.messageHandlers.values()].map(
      (handler) => handler.extras as BatchExtras,
    );
    return [...new Set(extras.map(({ topic }) => topic))];
  }

  /** Why nothing is consumed at the moment; undefined while it is, or where nothing is to be. */
  get failure(): Error | undefined {
    return this.#consumer?.failure;
  }

  on(): never {
    throw new Error('the batch transport has no events');
  }

  unwrap<T>(): T {
    return this.#consumer as T;
  }

  async #listen(): Promise<void> {
    const topics = this.#handlersByTopic();
    if (topics.size === 0) return;
    await this.#beforeListen();
    const { kafka, group, outbox, ping, tuning, count, handled, observe } = this.options;
    const ports: BatchRunnerPorts = {
      outbox,
      clock: systemClock,
      log: kafka.log,
      ...(count && { count }),
      ...(handled && { handled }),
    };
    const gatherer = new BatchGatherer(new BatchRunner(ports));
    this.#consumer = new GroupConsumer({
      kafka,
      group,
      topics: [...topics.keys()],
      clock: systemClock,
      ping,
      observe,
      ...(tuning && { tuning }),
      handle: (messages, control) => {
        const handlers = topics.get(messages[0]?.topic ?? '');
        // Cannot be: the consumer only fetches the topics it was given.
        if (handlers === undefined) return Promise.resolve('again');
        return gatherer.run(messages, handlers, control);
      },
    });
    this.#consumer.start();
  }

  /** @throws when a topic has two handlers, or only one for its poison */
  #handlersByTopic(): Map<string, TopicHandlers> {
    const topics = new Map<string, TopicHandlers>();
    const found = {
      batch: new Map<string, MessageHandler>(),
      poison: new Map<string, MessageHandler>(),
    };
    for (const handler of this.messageHandlers.values()) {
      const { topic, role } = handler.extras as BatchExtras;
      if (handler.next) throw new Error(`two ${role} handlers for the topic ${topic}`);
      found[role].set(topic, handler);
    }
    for (const [topic, batch] of found.batch) {
      const poison = found.poison.get(topic);
      topics.set(topic, {
        batch: (events, unit) => call(batch, events, unit),
        poison: poison && ((failure, unit) => call(poison, failure, unit)),
      });
    }
    for (const topic of found.poison.keys()) {
      if (!topics.has(topic))
        throw new Error(`a poison handler, but no batch handler, for ${topic}`);
    }
    return topics;
  }
}

/** Nest answers with a value, or with an observable where a filter or an interceptor was at work. */
async function call(handler: MessageHandler, data: unknown, context: unknown): Promise<void> {
  const result: unknown = await handler(data, context);
  if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
}
