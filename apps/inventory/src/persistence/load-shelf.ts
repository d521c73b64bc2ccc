import type { Tx } from '#messaging';
import { hasGoods, type Reservation } from '../domain/reservation.js';
import { Shelf } from '../domain/shelf.js';
import { postgresShelfRows, type ShelfRows } from './shelf-rows.js';

export interface ShelfRequest {
  readonly orderIds: readonly string[];
  /** Products that may be reserved. */
  readonly productIds: readonly string[];
  /** Orders whose goods may go out or come back. */
  readonly moving: readonly string[];
}

/**
 * Locks everything that a batch may change: reservations first, then stock, each in the order of
 * their ids. All transactions of this service keep to that, so they cannot deadlock.
 */
export async function lockShelf(
  tx: Tx,
  request: ShelfRequest,
  rows: ShelfRows = postgresShelfRows,
): Promise<Shelf> {
  const reservations = await rows.lockReservations(tx, request.orderIds);
  const ids = new Set(request.moving);
  const moving = reservations.filter(({ orderId }) => ids.has(orderId));
  return lockProducts(tx, reservations, { moving, others: request.productIds, rows });
}

/** For reservations that are locked already. */
export async function lockProducts(
  tx: Tx,
  reservations: readonly Reservation[],
  {
    moving = reservations,
    others = [],
    rows = postgresShelfRows,
  }: {
    readonly moving?: readonly Reservation[];
    readonly others?: readonly string[];
    readonly rows?: ShelfRows;
  } = {},
): Promise<Shelf> {
  const moved = moving
    .filter(hasGoods)
    .flatMap(({ lines }) => lines.map(({ productId }) => productId));
  const productIds = [...new Set([...others, ...moved])];
  const stock = productIds.length > 0 ? await rows.lockStock(tx, productIds) : [];
  return new Shelf(stock, reservations);
}

/** One statement a table. */
export async function saveShelf(
  tx: Tx,
  shelf: Shelf,
  rows: ShelfRows = postgresShelfRows,
): Promise<void> {
  const { stock, reservations } = shelf.changes();
  if (stock.length > 0) await rows.updateStock(tx, stock);
  if (reservations.length > 0) await rows.saveReservations(tx, reservations);
}
