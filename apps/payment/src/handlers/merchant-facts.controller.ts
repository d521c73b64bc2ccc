import { Controller } from '@nestjs/common';
import { BatchHandler, type EventBatch, type UnitOfWork } from '#messaging';
import { MerchantFacts } from './merchant-facts.js';

@Controller()
export class MerchantFactsController {
  private readonly facts = new MerchantFacts();

  @BatchHandler('merchant.events')
  onMerchants({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
    return this.facts.apply(events, unit);
  }
}
