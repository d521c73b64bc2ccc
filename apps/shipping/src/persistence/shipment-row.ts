import type { CommandAddress } from '#participant';
import type { Shipment } from '../domain/shipment.js';

export type StoredShipment = Shipment<CommandAddress>;

export const SHIPMENT_COLUMNS = `
  order_id as "orderId", saga_id as "sagaId", merchant_id as "merchantId", items,
  shipping_address as "shippingAddress", status, shipment_id as "shipmentId",
  tracking_number as "trackingNumber", problem_code as "problemCode", revision,
  ship_to as "shipTo"`;
