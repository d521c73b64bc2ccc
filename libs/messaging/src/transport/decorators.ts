import { Ctx, EventPattern, Payload } from '@nestjs/microservices';

/** Marks handlers of the batch transport, so that Nest gives them to no other. */
export const BATCH_TRANSPORT = Symbol('batch-transport');

const PATTERN = { batch: 'batch', poison: 'poison' } as const;

export const batchPattern = (topic: string): string => `${PATTERN.batch}:${topic}`;
export const poisonPattern = (topic: string): string => `${PATTERN.poison}:${topic}`;

/** Nest passes only decorated parameters; both of ours are always the same, so they are marked here. */
const handler =
  (pattern: string, extras: BatchExtras): MethodDecorator =>
  (target, key, descriptor: PropertyDescriptor) => {
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    EventPattern(pattern, BATCH_TRANSPORT, extras)(target, key, descriptor);
  };

export interface BatchExtras {
  readonly topic: string;
  readonly role: keyof typeof PATTERN;
}

/**
 * On a controller's method `(batch: EventBatch, unit: UnitOfWork): Promise<void>`: handles the
 * events of `topic` (logical name), one call and one transaction a batch.
 */
export const BatchHandler = (topic: string): MethodDecorator =>
  handler(batchPattern(topic), { topic, role: 'batch' });

/**
 * On a controller's method `(failure: EventFailure, unit: UnitOfWork): Promise<void>`: decides about
 * the one event that made its batch fail, in a transaction of its own. Without such a method the
 * event becomes a dead letter.
 */
export const PoisonHandler = (topic: string): MethodDecorator =>
  handler(poisonPattern(topic), { topic, role: 'poison' });
