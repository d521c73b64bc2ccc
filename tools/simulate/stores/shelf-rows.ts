import { RetryableError, type Tx } from '#messaging';
import type { Reservation } from '../../../apps/inventory/src/domain/reservation.js';
import type { ReservationChange } from '../../../apps/inventory/src/domain/shelf.js';
import type { ShelfRow, Stock } from '../../../apps/inventory/src/domain/stock.js';
import type { Warehouse } from '../../../apps/inventory/src/domain/warehouse.js';
import type { ShelfRows } from '../../../apps/inventory/src/persistence/shelf-rows.js';
import { sessionOf } from '../database/database.js';
import { checkViolation } from '../database/errors.js';
import { Table } from '../database/table.js';
import { asJson } from './json.js';

const MAIN: Warehouse = { warehouseId: 'main', name: 'Main', priority: 100, isActive: true };
/** Asked after the main one. */
const EAST: Warehouse = { warehouseId: 'east', name: 'East', priority: 200, isActive: true };

export const pairOf = ({
  productId,
  warehouseId,
}: Pick<Stock, 'productId' | 'warehouseId'>): string => `${productId}/${warehouseId}`;

/** The inventory service's tables, shared by its replicas. */
export class SimShelfRows implements ShelfRows {
  /** By product and warehouse. */
  readonly stock = new Table<Stock>('stock');
  readonly warehouses = new Map([MAIN, EAST].map((one) => [one.warehouseId, one]));
  readonly thresholds = new Map<string, number>();
  readonly reservations = new Table<Reservation>('reservation');

  /** @param trip throws for orders whose data a bug trips over */
  constructor(private readonly trip: (orderIds: readonly string[]) => void = () => undefined) {}

  /** The same tables for what no bug trips over: facts, which nobody would send again. */
  untripped(): SimShelfRows {
    return Object.assign(Object.create(this) as SimShelfRows, { trip: () => undefined });
  }

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

  put(stock: Stock): void {
    this.stock.rows.set(pairOf(stock), stock);
  }

  lockStock(tx: Tx, productIds: readonly string[]): Promise<ShelfRow[]> {
    const ids = [...new Set(productIds)].sort();
    const warehouses = [...this.warehouses.values()].sort((a, b) =>
      a.warehouseId < b.warehouseId ? -1 : 1,
    );
    return sessionOf(tx).statement('lock stock', (view) =>
      ids.flatMap((productId) =>
        warehouses.flatMap(({ warehouseId, priority, isActive }): ShelfRow[] => {
          const row = view.lock(this.stock, pairOf({ productId, warehouseId }));
          const threshold = this.thresholds.get(productId) ?? null;
          return row ? [{ ...row, priority, isActive, threshold }] : [];
        }),
      ),
    );
  }

  updateStock(tx: Tx, stock: readonly Stock[]): Promise<void> {
    return sessionOf(tx).statement('update stock', (view) => {
      for (const { productId, warehouseId, onHand, reserved, revision } of stock) {
        const key = pairOf({ productId, warehouseId });
        if (!view.lock(this.stock, key)) continue;
        if (onHand < 0) throw checkViolation('stock_on_hand_check');
        if (reserved < 0 || reserved > onHand) throw checkViolation('stock_never_oversold');
        view.update(this.stock, key, { productId, warehouseId, onHand, reserved, revision });
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
