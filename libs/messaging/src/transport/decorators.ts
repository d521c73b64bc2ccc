import { Ctx, EventPattern, Payload } from '@nestjs/microservices';

/** Marks handlers of the batch transport, so that Nest gives them to no other. */
export const BATCH_TRANSPORT = Symbol('batch-transport');

const PATTERN = { batch: 'batch', poison: 'poison' } as const;

export const batchPattern = (topic: string): string => `${PATTERN.batch}:${topic}`;
export const poisonPattern = (topic: string): string => `${PATTERN.poison}:${topic}`;

/** Nest passes only decorated parameters; both of ours are always the same, so they are marked here. */
const handler =
  (patterns: readonly string[], extras: BatchExtras): MethodDecorator =>
  (target, key, descriptor: PropertyDescriptor) => {
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    EventPattern([...patterns], BATCH_TRANSPORT, extras)(target, key, descriptor);
  };

export interface BatchExtras {
  readonly role: keyof typeof PATTERN | 'raw';
  /** Logical name of a consumer group of its own; without it, the service's. */
  readonly group?: string;
}

/** The topic that Nest has registered a handler for. */
export const topicOfPattern = (pattern: string): string => pattern.slice(pattern.indexOf(':') + 1);

/**
 * On a controller's method `(batch: EventBatch, unit: UnitOfWork): Promise<void>`: handles the
 * events of `topic` (logical name), one call and one transaction a batch.
 */
export const BatchHandler = (topic: string): MethodDecorator =>
  handler([batchPattern(topic)], { role: 'batch' });

/**
 * On a controller's method `(messages: RawMessage[], unit: UnitOfWork): Promise<void>`: takes whatever
 * lies in `topics` as it is, read in a consumer group of its own, so that its trouble is nobody
 * else's. Nothing of it ever becomes a dead letter: what the method cannot take is tried again for as
 * long as that lasts.
 */
export const RawBatchHandler = (topics: readonly string[], group: string): MethodDecorator =>
  handler(topics.map(batchPattern), { role: 'raw', group });

/**
 * On a controller's method `(failure: EventFailure, unit: UnitOfWork): Promise<void>`: decides about
 * the one event that made its batch fail, in a transaction of its own. Without such a method the
 * event becomes a dead letter.
 */
export const PoisonHandler = (topic: string): MethodDecorator =>
  handler([poisonPattern(topic)], { role: 'poison' });
