import { Controller } from '@nestjs/common';
import { BatchHandler, type EventBatch, type UnitOfWork } from '#messaging';
import { besideRebuild } from '#reader';
import { countFacts } from './count-facts.js';

/** All that happens to orders, payments and merchants; told again on a topic of our own. */
@Controller()
export class FactsController {
  @BatchHandler('order.events')
  onOrders(batch: EventBatch, unit: UnitOfWork): Promise<void> {
    return count(batch, unit);
  }

  @BatchHandler('payment.events')
  onPayments(batch: EventBatch, unit: UnitOfWork): Promise<void> {
    return count(batch, unit);
  }

  @BatchHandler('merchant.events')
  onMerchants(batch: EventBatch, unit: UnitOfWork): Promise<void> {
    return count(batch, unit);
  }

  @BatchHandler('analytics.replay')
  onReplay(batch: EventBatch, unit: UnitOfWork): Promise<void> {
    return count(batch, unit);
  }
}

function count({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
  besideRebuild(unit);
  return countFacts(unit.tx, events);
}
