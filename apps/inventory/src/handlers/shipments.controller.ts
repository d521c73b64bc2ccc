import { Controller } from '@nestjs/common';
import { BatchHandler, type EventBatch, type UnitOfWork } from '#messaging';
import { GoodsOut } from './goods-out.js';

/** What shipping says of parcels. */
@Controller()
export class ShipmentsController {
  constructor(private readonly goodsOut: GoodsOut) {}

  @BatchHandler('shipment.events')
  onShipments({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
    return this.goodsOut.handle(unit, events);
  }
}
