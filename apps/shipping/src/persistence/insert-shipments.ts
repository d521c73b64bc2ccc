import { RetryableError, type Tx } from '#messaging';
import type { StoredShipment } from './shipment-row.js';

/** @throws RetryableError when another transaction made one of them first: decide again with it */
export async function insertShipments(tx: Tx, shipments: readonly StoredShipment[]): Promise<void> {
  if (shipments.length === 0) return;
  const rows = await tx.query(
    `insert into shipment (order_id, saga_id, merchant_id, items, shipping_address, wanted, status,
                           cancel_reason, revision, ship_to, book_to, hand_over_to, cancel_to)
     select n.*
       from unnest($1::uuid[], $2::text[], $3::text[], $4::json[], $5::json[], $6::text[],
                   $7::text[], $8::json[], $9::int[], $10::json[], $11::json[], $12::json[],
                   $13::json[]) as n (order_id)
      order by n.order_id
     on conflict (order_id) do nothing
     returning 1`,
    [
      shipments.map(({ orderId }) => orderId),
      shipments.map(({ sagaId }) => sagaId),
      shipments.map(({ merchantId }) => merchantId),
      shipments.map(({ items }) => JSON.stringify(items)),
      shipments.map(({ shippingAddress }) => JSON.stringify(shippingAddress)),
      shipments.map(({ wanted }) => wanted),
      shipments.map(({ status }) => status),
      shipments.map(({ cancelReason }) => cancelReason && JSON.stringify(cancelReason)),
      shipments.map(({ revision }) => revision),
      shipments.map(({ shipTo }) => JSON.stringify(shipTo)),
      shipments.map(({ bookTo }) => JSON.stringify(bookTo)),
      shipments.map(({ handOverTo }) => JSON.stringify(handOverTo)),
      shipments.map(({ cancelTo }) => JSON.stringify(cancelTo)),
    ],
  );
  if (rows.length !== shipments.length) throw new RetryableError('a shipment was made meanwhile');
}
