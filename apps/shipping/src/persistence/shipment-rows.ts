/** What shipping keeps, as its handler and its workers use it; a simulator brings its own. */
import type { Tx } from '#messaging';
import { findShipments, lockShipments } from './find-shipments.js';
import { insertShipments } from './insert-shipments.js';
import type { StoredShipment } from './shipment-row.js';
import { updateShipments, type ShipmentChange } from './update-shipments.js';

export interface ShipmentRows {
  /** By order; orders without a shipment are missing. */
  findShipments(tx: Tx, orderIds: readonly string[]): Promise<Map<string, StoredShipment>>;
  /** The same, locked in the order of their ids. */
  lockShipments(tx: Tx, orderIds: readonly string[]): Promise<Map<string, StoredShipment>>;
  /** @throws RetryableError when another transaction made one of them first */
  insertShipments(tx: Tx, shipments: readonly StoredShipment[]): Promise<void>;
  /** @throws RetryableError when one of them is not as it was read */
  updateShipments(tx: Tx, changes: readonly ShipmentChange[]): Promise<void>;
}

export const postgresShipmentRows: ShipmentRows = {
  findShipments,
  lockShipments,
  insertShipments,
  updateShipments,
};
