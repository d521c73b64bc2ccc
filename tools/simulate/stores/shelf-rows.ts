import { RetryableError, type Tx } from '#messaging';
import type { Reservation } from '../../../apps/inventory/src/domain/reservation.js';
import type { ReservationChange } from '../../../apps/inventory/src/domain/shelf.js';
import type { Stock } from '../../../apps/inventory/src/domain/stock.js';
import type { ShelfRows } from '../../../apps/inventory/src/persistence/shelf-rows.js';
import { sessionOf } from '../database/database.js';
import { checkViolation } from '../database/errors.js';
import { Table } from '../database/table.js';
import { asJson } from './json.js';

/** The inventory service's tables, shared by its replicas. */
export class SimShelfRows implements ShelfRows {
  readonly stock = new Table<Stock>('stock');
  readonly reservations = new Table<Reservation>('reservation');

  /** @param trip throws for orders whose data a bug trips over */
  constructor(private readonly trip: (orderIds: readonly string[]) => void = () => undefined) {}

  lockReservations(tx: Tx, orderIds: readonly string[]): Promise<Reservation[]> {
    const ids = [...new Set(orderIds)].sort();
    return sessionOf(tx).statement('lock reservations', (view) => {
      this.trip(orderIds);
      return ids.flatMap((id) => view.lock(this.reservations, id) ?? []);
    });
  }

  lockExpired(tx: Tx, now: Date, limit: number): Promise<Reservation[]> {
    const isExpired = ({ status, expiresAt }: Reservation): boolean =>
      status === 'held' && expiresAt <= now;
    return sessionOf(tx).statement('lock expired reservations', (view) => {
      const expired = view
        .all(this.reservations)
        .filter(([, reservation]) => isExpired(reservation))
        .sort(([, a], [, b]) => a.expiresAt.getTime() - b.expiresAt.getTime());
      const locked: Reservation[] = [];
      for (const [id] of expired) {
        if (locked.length === limit) break;
        const reservation = view.lockUnlessTaken(this.reservations, id);
        if (reservation) locked.push(reservation);
      }
      return locked;
    });
  }

  async saveReservations(tx: Tx, changes: readonly ReservationChange[]): Promise<void> {
    const sorted = changes.toSorted((a, b) => (a.after.orderId < b.after.orderId ? -1 : 1));
    const saved = await sessionOf(tx).statement('save reservations', (view) => {
      const added = sorted.filter(({ before, after }) => {
        if (before !== 0) return false;
        return view.insert(this.reservations, after.orderId, checked(after));
      });
      const changed = sorted.filter(({ before, after: { orderId, ...after } }) => {
        const isAsRead = ({ revision }: Reservation): boolean => before > 0 && revision === before;
        const row = view.lockWhere(this.reservations, orderId, isAsRead);
        if (row) view.update(this.reservations, orderId, checked({ ...row, ...after }));
        return row !== undefined;
      });
      return added.length + changed.length;
    });
    if (saved !== changes.length) {
      throw new RetryableError('some of these orders were reserved by somebody else meanwhile');
    }
  }

  lockStock(tx: Tx, productIds: readonly string[]): Promise<Stock[]> {
    const ids = [...new Set(productIds)].sort();
    return sessionOf(tx).statement('lock stock', (view) =>
      ids.flatMap((id) => view.lock(this.stock, id) ?? []),
    );
  }

  updateStock(tx: Tx, stock: readonly Stock[]): Promise<void> {
    return sessionOf(tx).statement('update stock', (view) => {
      for (const { productId, onHand, reserved, revision } of stock) {
        if (!view.lock(this.stock, productId)) continue;
        if (onHand < 0) throw checkViolation('stock_on_hand_check');
        if (reserved < 0 || reserved > onHand) throw checkViolation('stock_never_oversold');
        view.update(this.stock, productId, { productId, onHand, reserved, revision });
      }
    });
  }
}

/** As the table takes it. */
const checked = (reservation: Reservation): Reservation => {
  const { taken, returned, lines, restocked, expiresAt } = reservation;
  if (returned < 0 || returned > taken) throw checkViolation('reservation_check');
  return { ...reservation, ...asJson({ lines, restocked }), expiresAt: new Date(expiresAt) };
};
