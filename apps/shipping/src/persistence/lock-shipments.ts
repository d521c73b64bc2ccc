import type { Tx } from '#messaging';
import { SHIPMENT_COLUMNS, type StoredShipment } from './shipment-row.js';

/** As `findShipments`, locked in the order of their ids, so that two batches never block each other. */
export async function lockShipments(
  tx: Tx,
  orderIds: readonly string[],
): Promise<Map<string, StoredShipment>> {
  const rows = await tx.query<StoredShipment>(
    `select ${SHIPMENT_COLUMNS} from shipment
      where order_id = any($1::uuid[])
      order by order_id
        for update`,
    [orderIds],
  );
  return new Map(rows.map((row) => [row.orderId, row]));
}
