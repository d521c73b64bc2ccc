import { Controller } from '@nestjs/common';
import { BatchHandler, type EventBatch, type UnitOfWork } from '#messaging';
import { ParcelFacts } from './parcel-facts.js';

@Controller()
export class ParcelFactsController {
  private readonly facts = new ParcelFacts();

  @BatchHandler('shipment.events')
  onShipments({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
    return this.facts.apply(events, unit);
  }
}
