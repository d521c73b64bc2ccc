import { Controller } from '@nestjs/common';
import { BatchHandler, type EventBatch, type UnitOfWork } from '#messaging';
import { SagaEngine } from '../engine/saga-engine.js';

/** Everything that concerns a saga arrives here, one transaction a batch. */
@Controller()
export class SagaInboxController {
  constructor(private readonly engine: SagaEngine) {}

  @BatchHandler('saga.inbox')
  onBatch(batch: EventBatch, unit: UnitOfWork): Promise<void> {
    return this.engine.handle(batch, unit);
  }
}
