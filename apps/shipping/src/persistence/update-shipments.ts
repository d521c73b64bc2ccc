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
        set status = n.status, shipment_id = n.shipment_id, tracking_number = n.tracking_number,
            problem_code = n.problem_code, revision = n.revision, ship_to = n.ship_to,
            updated_at = now()
       from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[],
                   $7::int[], $8::json[])
         as n (order_id, expected, status, shipment_id, tracking_number, problem_code, revision,
               ship_to)
      where s.order_id = n.order_id and s.revision = n.expected
     returning 1`,
    [
      after.map(({ orderId }) => orderId),
      changes.map(({ before }) => before.revision),
      after.map(({ status }) => status),
      after.map(({ shipmentId }) => shipmentId),
      after.map(({ trackingNumber }) => trackingNumber),
      after.map(({ problemCode }) => problemCode),
      after.map(({ revision }) => revision),
      after.map(({ shipTo }) => JSON.stringify(shipTo)),
    ],
  );
  if (rows.length !== changes.length) throw new RetryableError('a shipment changed meanwhile');
}
