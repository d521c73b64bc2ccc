import { RetryableError, type Tx } from '#messaging';
import type { StoredShipment } from './shipment-row.js';

export interface ShipmentChange {
  readonly before: StoredShipment;
  readonly after: StoredShipment;
}

/**
 * Writes what can change of shipments that `lockShipments` has locked.
 * @throws RetryableError when one of them is not as it was read, which the lock should rule out
 */
export async function updateShipments(tx: Tx, changes: readonly ShipmentChange[]): Promise<void> {
  if (changes.length === 0) return;
  const after = changes.map((change) => change.after);
  const rows = await tx.query(
    `update shipment s
        set wanted = n.wanted, status = n.status, shipment_id = n.shipment_id,
            tracking_number = n.tracking_number, problem_code = n.problem_code,
            cancel_reason = n.cancel_reason, booked_at = n.booked_at,
            handed_over_at = n.handed_over_at, delivered_at = n.delivered_at,
            revision = n.revision, ship_to = n.ship_to, book_to = n.book_to,
            hand_over_to = n.hand_over_to, cancel_to = n.cancel_to, updated_at = now()
       from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[],
                   $7::text[], $8::json[], $9::timestamptz[], $10::timestamptz[],
                   $11::timestamptz[], $12::int[], $13::json[], $14::json[], $15::json[],
                   $16::json[])
         as n (order_id, expected, wanted, status, shipment_id, tracking_number, problem_code,
               cancel_reason, booked_at, handed_over_at, delivered_at, revision, ship_to, book_to,
               hand_over_to, cancel_to)
      where s.order_id = n.order_id and s.revision = n.expected
     returning 1`,
    [
      after.map(({ orderId }) => orderId),
      changes.map(({ before }) => before.revision),
      after.map(({ wanted }) => wanted),
      after.map(({ status }) => status),
      after.map(({ shipmentId }) => shipmentId),
      after.map(({ trackingNumber }) => trackingNumber),
      after.map(({ problemCode }) => problemCode),
      after.map(({ cancelReason }) => cancelReason && JSON.stringify(cancelReason)),
      after.map(({ bookedAt }) => bookedAt),
      after.map(({ handedOverAt }) => handedOverAt),
      after.map(({ deliveredAt }) => deliveredAt),
      after.map(({ revision }) => revision),
      after.map(({ shipTo }) => JSON.stringify(shipTo)),
      after.map(({ bookTo }) => JSON.stringify(bookTo)),
      after.map(({ handOverTo }) => JSON.stringify(handOverTo)),
      after.map(({ cancelTo }) => JSON.stringify(cancelTo)),
    ],
  );
  if (rows.length !== changes.length) throw new RetryableError('a shipment changed meanwhile');
}
