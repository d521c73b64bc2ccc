import { Controller } from '@nestjs/common';
import { BatchHandler, type EventBatch, type UnitOfWork } from '#messaging';
import { NoticeEvents } from './notice-events.js';

/** What other services say happened, one transaction a batch. */
@Controller()
export class EventsController {
  constructor(private readonly notices: NoticeEvents) {}

  @BatchHandler('order.events')
  onOrders({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
    return this.notices.handle(unit, events);
  }

  @BatchHandler('payment.events')
  onPayments({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
    return this.notices.handle(unit, events);
  }

  @BatchHandler('shipment.events')
  onShipments({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
    return this.notices.handle(unit, events);
  }
}
