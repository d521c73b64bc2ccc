import { RetryableError, type Tx } from '#messaging';
import { isInHands } from '../../../apps/shipping/src/domain/shipment.js';
import type { StoredShipment } from '../../../apps/shipping/src/persistence/shipment-row.js';
import type { ShipmentRows } from '../../../apps/shipping/src/persistence/shipment-rows.js';
import type { ShipmentChange } from '../../../apps/shipping/src/persistence/update-shipments.js';
import { sessionOf } from '../database/database.js';
import { checkViolation } from '../database/errors.js';
import { Table } from '../database/table.js';
import { asJson } from './json.js';

/** The shipping service's table, shared by its replicas. */
export class SimShipmentRows implements ShipmentRows {
  readonly shipments = new Table<StoredShipment>('shipment');

  findShipments(tx: Tx, orderIds: readonly string[]): Promise<Map<string, StoredShipment>> {
    return sessionOf(tx).statement('find shipments', (view) =>
      byOrder(orderIds.flatMap((id) => view.get(this.shipments, id) ?? [])),
    );
  }

  lockShipments(tx: Tx, orderIds: readonly string[]): Promise<Map<string, StoredShipment>> {
    return sessionOf(tx).statement('lock shipments', (view) =>
      byOrder(orderIds.toSorted().flatMap((id) => view.lock(this.shipments, id) ?? [])),
    );
  }

  async insertShipments(tx: Tx, shipments: readonly StoredShipment[]): Promise<void> {
    if (shipments.length === 0) return;
    const sorted = shipments.toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1));
    const added = await sessionOf(tx).statement(
      'insert shipments',
      (view) =>
        sorted.filter((shipment) =>
          view.insert(this.shipments, shipment.orderId, checked({ ...shipment, ...DEFAULTS })),
        ).length,
    );
    if (added !== shipments.length) throw new RetryableError('a shipment was made meanwhile');
  }

  async updateShipments(tx: Tx, changes: readonly ShipmentChange[]): Promise<void> {
    if (changes.length === 0) return;
    const written = await sessionOf(tx).statement(
      'update shipments',
      (view) =>
        changes.filter(({ before, after }) => {
          const isAsRead = ({ revision }: StoredShipment): boolean => revision === before.revision;
          const row = view.lockWhere(this.shipments, after.orderId, isAsRead);
          if (!row) return false;
          const { orderId, sagaId, merchantId, items, shippingAddress } = row;
          const fixed = { orderId, sagaId, merchantId, items, shippingAddress };
          view.update(this.shipments, after.orderId, checked({ ...after, ...fixed }));
          return true;
        }).length,
    );
    if (written !== changes.length) throw new RetryableError('a shipment changed meanwhile');
  }
}

/** Of columns that are not inserted. */
const DEFAULTS = {
  ...{ shipmentId: null, trackingNumber: null, problemCode: null },
  ...{ bookedAt: null, handedOverAt: null, deliveredAt: null },
};

/** As the table takes it. */
const checked = (shipment: StoredShipment): StoredShipment => {
  const { status, shipmentId, trackingNumber } = shipment;
  const isNumbered = shipmentId !== null && trackingNumber !== null;
  if ((status === 'created' || isInHands(shipment)) && !isNumbered)
    throw checkViolation('shipment_numbered');
  return asJson(shipment);
};

const byOrder = (shipments: readonly StoredShipment[]): Map<string, StoredShipment> =>
  new Map(shipments.map((shipment) => [shipment.orderId, shipment]));
