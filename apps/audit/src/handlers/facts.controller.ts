import { Controller } from '@nestjs/common';
import { BatchHandler, type EventBatch, type UnitOfWork } from '#messaging';
import { FactStore } from './fact-store.js';
import { FACT_TOPICS } from '../domain/topics.js';

/** Keeps every fact of every topic of facts. */
@Controller()
export class FactsController {
  constructor(private readonly store: FactStore) {}

  keep({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
    return this.store.add(events, unit);
  }
}

/** One handler a topic, as if each were written above: a new topic cannot be forgotten. */
for (const topic of FACT_TOPICS) {
  const name = `on ${topic}`;
  const descriptor: PropertyDescriptor = {
    value(this: FactsController, batch: EventBatch, unit: UnitOfWork) {
      return this.keep(batch, unit);
    },
    writable: true,
    enumerable: false,
    configurable: true,
  };
  Object.defineProperty(FactsController.prototype, name, descriptor);
  BatchHandler(topic)(FactsController.prototype, name, descriptor);
}
