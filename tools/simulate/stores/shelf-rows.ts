import { RetryableError, type Tx } from '#messaging';
import type { Reservation } from '../../../apps/inventory/src/domain/reservation.js';
import type { ReservationChange } from '../../../apps/inventory/src/domain/shelf.js';
import type { Stock } from '../../../apps/inventory/src/domain/stock.js';
import type { ShelfRows } from '../../../apps/inventory/src/persistence/shelf-rows.js';
import { sessionOf } from '../database/database.js';
import { checkViolation } from '../database/errors.js';
import { Table } from '../database/table.js';

/** The inventory service's tables, shared by its replicas. */
export class SimShelfRows implements ShelfRows {
  readonly stock = new Table<Stock>('stock');
  readonly reservations = new Table<Reservation>('reservation');

  /** @param trip throws for orders whose data a bug trips over */
  constructor(private readonly trip: (orderIds: readonly string[]) => void = () => undefined) {}

  lockReservations(tx: Tx, orderIds: readonly string[]): Promise<Reservation[]> {
    return sessionOf(tx).statement('lock reservations', (view) => {
      this.trip(orderIds);
      return orderIds.toSorted().flatMap((id) => view.lock(this.reservations, id) ?? []);
    });
  }

  lockExpired(tx: Tx, now: Date, limit: number): Promise<Reservation[]> {
    const isExpired = ({ status, expiresAt }: Reservation): boolean =>
      status === 'held' && expiresAt <= now;
    return sessionOf(tx).statement('lock expired reservations', (view) =>
      view
        .all(this.reservations)
        .filter(([, reservation]) => isExpired(reservation))
        .sort(([, a], [, b]) => a.expiresAt.getTime() - b.expiresAt.getTime())
        .flatMap(([id]) => view.lockUnlessTaken(this.reservations, id) ?? [])
        .filter(isExpired)
        .slice(0, limit),
    );
  }

  async saveReservations(tx: Tx, changes: readonly ReservationChange[]): Promise<void> {
    const sorted = changes.toSorted((a, b) => (a.after.orderId < b.after.orderId ? -1 : 1));
    const saved = await sessionOf(tx).statement('save reservations', (view) => {
      const fitting = sorted.filter(
        ({ before, after }) =>
          before > 0 && view.lock(this.reservations, after.orderId)?.revision === before,
      );
      const added = sorted.filter(
        ({ before, after }) => before === 0 && view.insert(this.reservations, after.orderId, after),
      );
      for (const { after } of fitting) view.update(this.reservations, after.orderId, after);
      for (const { after } of sorted) {
        if (after.returned > after.taken) throw checkViolation('reservation: returned <= taken');
      }
      return fitting.length + added.length;
    });
    if (saved !== changes.length) {
      throw new RetryableError('some of these orders were reserved by somebody else meanwhile');
    }
  }

  lockStock(tx: Tx, productIds: readonly string[]): Promise<Stock[]> {
    return sessionOf(tx).statement('lock stock', (view) =>
      productIds.toSorted().flatMap((id) => view.lock(this.stock, id) ?? []),
    );
  }

  updateStock(tx: Tx, stock: readonly Stock[]): Promise<void> {
    return sessionOf(tx).statement('update stock', (view) => {
      for (const row of stock) {
        if (row.reserved < 0 || row.reserved > row.onHand) {
          throw checkViolation('stock_never_oversold');
        }
        view.update(this.stock, row.productId, row);
      }
    });
  }
}
