import type { CommandAddress } from '#participant';
import type { Shipment } from '../domain/shipment.js';

export type StoredShipment = Shipment<CommandAddress>;

/** RFC 3339, as the rules have it. */
const time = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

export const SHIPMENT_COLUMNS = `
  order_id as "orderId", saga_id as "sagaId", merchant_id as "merchantId", items,
  shipping_address as "shippingAddress", wanted, status, shipment_id as "shipmentId",
  tracking_number as "trackingNumber", problem_code as "problemCode",
  cancel_reason as "cancelReason", ${time('booked_at')} as "bookedAt",
  ${time('handed_over_at')} as "handedOverAt", ${time('delivered_at')} as "deliveredAt", revision,
  ship_to as "shipTo", book_to as "bookTo", hand_over_to as "handOverTo", cancel_to as "cancelTo"`;
