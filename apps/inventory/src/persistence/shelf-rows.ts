/** What inventory keeps, as its handlers use it; a simulator brings its own. */
import type { Tx } from '#messaging';
import type { Reservation } from '../domain/reservation.js';
import type { ReservationChange } from '../domain/shelf.js';
import type { ShelfRow, Stock } from '../domain/stock.js';
import { lockExpired, lockReservations, saveReservations } from './reservation-rows.js';
import { lockStock, updateStock } from './stock-rows.js';

export interface ShelfRows {
  /** Locks in the order of the ids, before any product is locked. */
  lockReservations(tx: Tx, orderIds: readonly string[]): Promise<Reservation[]>;
  /** Locks some whose time has come and that nobody else is busy with. */
  lockExpired(tx: Tx, now: Date, limit: number): Promise<Reservation[]>;
  /** @throws RetryableError when one of them was written by somebody else meanwhile */
  saveReservations(tx: Tx, changes: readonly ReservationChange[]): Promise<void>;
  /** Locks the products' rows in all warehouses, in the order of product and warehouse. */
  lockStock(tx: Tx, productIds: readonly string[]): Promise<ShelfRow[]>;
  /** Of rows that are locked by this transaction. */
  updateStock(tx: Tx, stock: readonly Stock[]): Promise<void>;
}

export const postgresShelfRows: ShelfRows = {
  lockReservations,
  lockExpired,
  saveReservations,
  lockStock,
  updateStock,
};
