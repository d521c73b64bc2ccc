import { Controller } from '@nestjs/common';
import { BatchHandler, type EventBatch, type UnitOfWork } from '#messaging';
import { ParcelFacts } from './parcel-facts.js';
import { PaymentFacts } from './payment-facts.js';

/** What happens to orders at the carrier's and at the provider's. */
@Controller()
export class OrderFactsController {
  private readonly parcels = new ParcelFacts();
  private readonly payments = new PaymentFacts();

  @BatchHandler('shipment.events')
  onShipments({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
    return this.parcels.apply(events, unit);
  }

  @BatchHandler('payment.events')
  onPayments({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
    return this.payments.apply(events, unit);
  }
}
