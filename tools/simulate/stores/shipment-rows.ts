import { RetryableError, type Tx } from '#messaging';
import type { StoredShipment } from '../../../apps/shipping/src/persistence/shipment-row.js';
import type { ShipmentRows } from '../../../apps/shipping/src/persistence/shipment-rows.js';
import type { ShipmentChange } from '../../../apps/shipping/src/persistence/update-shipments.js';
import { sessionOf } from '../database/database.js';
import { Table } from '../database/table.js';

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
        sorted.filter((shipment) => view.insert(this.shipments, shipment.orderId, shipment)).length,
    );
    if (added !== shipments.length) throw new RetryableError('a shipment was made meanwhile');
  }

  async updateShipments(tx: Tx, changes: readonly ShipmentChange[]): Promise<void> {
    if (changes.length === 0) return;
    const written = await sessionOf(tx).statement('update shipments', (view) => {
      const fitting = changes.filter(
        ({ before, after }) =>
          view.lock(this.shipments, after.orderId)?.revision === before.revision,
      );
      for (const { after } of fitting) view.update(this.shipments, after.orderId, after);
      return fitting.length;
    });
    if (written !== changes.length) throw new RetryableError('a shipment changed meanwhile');
  }
}

const byOrder = (shipments: readonly StoredShipment[]): Map<string, StoredShipment> =>
  new Map(shipments.map((shipment) => [shipment.orderId, shipment]));
