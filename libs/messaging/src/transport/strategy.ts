import { lastValueFrom, isObservable } from 'rxjs';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { systemClock } from '../clock.js';
import type { ConsumerTuning, GroupConsumerOptions } from '../kafka/consumer-options.js';
import { GroupConsumer } from '../kafka/group-consumer.js';
import type { KafkaOptions } from '../kafka/options.js';
import type { Outbox } from '../outbox/outbox.js';
import { BatchRunner, type BatchRunnerPorts, type Handlers } from './batch-runner.js';
import { BATCH_TRANSPORT, topicOfPattern, type BatchExtras } from './decorators.js';
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
  #consumers: GroupConsumer[] = [];
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
    await Promise.all(this.#consumers.map((consumer) => consumer.stop()));
  }

  /** Logical names of the topics whose events have a handler. */
  get topics(): readonly string[] {
    return [
      ...new Set(this.#registered().flatMap(({ topic, role }) => (role === 'raw' ? [] : [topic]))),
    ];
  }

  /** All that is read, by the logical name of the group that reads it. */
  get subscriptions(): ReadonlyMap<string, readonly string[]> {
    const topics = this.#registered().filter(({ role }) => role !== 'poison');
    return new Map(
      [...Map.groupBy(topics, ({ group }) => group ?? this.options.group)].map(([group, all]) => [
        group,
        all.map(({ topic }) => topic),
      ]),
    );
  }

  /** Why nothing is consumed at the moment; undefined while it is, or where nothing is to be. */
  get failure(): Error | undefined {
    return this.#consumers.map(({ failure }) => failure).find((failure) => failure !== undefined);
  }

  on(): never {
    throw new Error('the batch transport has no events');
  }

  unwrap<T>(): T {
    return this.#consumers[0] as T;
  }

  async #listen(): Promise<void> {
    const topics = this.#handlersByTopic();
    if (topics.size === 0) return;
    await this.#beforeListen();
    const { kafka, group: by, outbox, ping, tuning, count, handled, observe } = this.options;
    const ports: BatchRunnerPorts = {
      by,
      outbox,
      clock: systemClock,
      log: kafka.log,
      ...(count && { count }),
      ...(handled && { handled }),
    };
    const runner = new BatchRunner(ports);
    this.#consumers = [...this.subscriptions].map(([group, subscribed]) => {
      const gatherer = new BatchGatherer(runner);
      return new GroupConsumer({
        kafka,
        group,
        topics: subscribed,
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
    });
    for (const consumer of this.#consumers) consumer.start();
  }

  #registered(): (BatchExtras & { readonly topic: string; readonly handler: MessageHandler })[] {
    return [...this.messageHandlers].map(([pattern, handler]) => ({
      ...(handler.extras as BatchExtras),
      topic: topicOfPattern(pattern),
      handler,
    }));
  }

  /** @throws when a topic has two handlers, or only one for its poison */
  #handlersByTopic(): Map<string, Handlers> {
    const topics = new Map<string, Handlers>();
    const found = {
      batch: new Map<string, MessageHandler>(),
      poison: new Map<string, MessageHandler>(),
      raw: new Map<string, MessageHandler>(),
    };
    for (const { topic, role, handler } of this.#registered()) {
      if (handler.next) throw new Error(`two ${role} handlers for the topic ${topic}`);
      found[role].set(topic, handler);
    }
    for (const [topic, raw] of found.raw) {
      topics.set(topic, { raw: (messages, unit) => call(raw, messages, unit) });
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
