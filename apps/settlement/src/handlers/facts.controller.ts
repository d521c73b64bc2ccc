import { Controller } from '@nestjs/common';
import { BatchHandler, type EventBatch, type UnitOfWork } from '#messaging';
import { accrue } from './accrual.js';

/** What happens to orders and their money, and how merchants are called. */
@Controller()
export class FactsController {
  @BatchHandler('payment.events')
  onPayments({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
    return accrue(unit, events);
  }

  @BatchHandler('order.events')
  onOrders({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
    return accrue(unit, events);
  }

  @BatchHandler('merchant.events')
  onMerchants({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
    return accrue(unit, events);
  }

  /** Facts of any type that are told again. */
  @BatchHandler('settlement.replay')
  onReplay({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
    return accrue(unit, events);
  }
}
