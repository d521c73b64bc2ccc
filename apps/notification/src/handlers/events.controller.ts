import { Controller, Inject } from '@nestjs/common';
import { BatchHandler, type EventBatch, type UnitOfWork } from '#messaging';
import { EVENT_LISTENERS, type EventListener } from './event-listener.js';

/** What other services say happened, one transaction a batch. */
@Controller()
export class EventsController {
  constructor(@Inject(EVENT_LISTENERS) private readonly listeners: readonly EventListener[]) {}

  @BatchHandler('order.events')
  onOrders(batch: EventBatch, unit: UnitOfWork): Promise<void> {
    return this.tell(batch, unit);
  }

  @BatchHandler('payment.events')
  onPayments(batch: EventBatch, unit: UnitOfWork): Promise<void> {
    return this.tell(batch, unit);
  }

  @BatchHandler('shipment.events')
  onShipments(batch: EventBatch, unit: UnitOfWork): Promise<void> {
    return this.tell(batch, unit);
  }

  /** One after the other: they share a transaction, and with it the order of its locks. */
  private async tell({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
    for (const listener of this.listeners) await listener.handle(unit, events);
  }
}
