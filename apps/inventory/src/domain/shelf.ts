/**
 * The rows of one batch in memory: the stock, and who has put some of it aside. Each product in each
 * warehouse and each reservation is written once a batch.
 */
import type { Shortage } from './allocate.js';
import type { Change, Reservation } from './reservation.js';
import { StockFold, type StockFact } from './stock-fold.js';
import type { ShelfRow } from './stock.js';

export interface ReservationChange {
  /** Revision of the row that was read; 0 where there was none. */
  readonly before: number;
  readonly after: Reservation;
}

export class Shelf {
  private readonly stock: StockFold;
  private readonly reservations: Map<string, Reservation>;
  /** With the revisions that were read. */
  private readonly changedReservations = new Map<string, number>();

  constructor(stock: readonly ShelfRow[], reservations: readonly Reservation[]) {
    this.stock = new StockFold(stock);
    this.reservations = new Map(reservations.map((row) => [row.orderId, row]));
  }

  readonly rowsOf = (productId: string): readonly ShelfRow[] => this.stock.rowsOf(productId);

  reservationOf(orderId: string): Reservation | undefined {
    return this.reservations.get(orderId);
  }

  /** Leaves the shelf as it was when it throws. */
  apply({ reservation, moves }: Change): StockFact[] {
    const facts = this.stock.apply(moves, reservation.orderId);
    this.keep(reservation);
    return facts;
  }

  /** A change that moves no pieces. */
  keep(reservation: Reservation): void {
    const { orderId } = reservation;
    const known = this.reservations.get(orderId);
    if (known === reservation) return;
    if (!this.changedReservations.has(orderId)) {
      this.changedReservations.set(orderId, known?.revision ?? 0);
    }
    this.reservations.set(orderId, reservation);
  }

  /**
   * Nothing moved, so the facts repeat the revision they saw, of the warehouse that is asked first;
   * of unknown products there are none.
   */
  insufficient(orderId: string, shortages: readonly Shortage[]): StockFact[] {
    return shortages.flatMap(({ productId, requested }) => {
      const rows = this.rowsOf(productId);
      const stock = rows.find(({ isActive }) => isActive) ?? rows[0];
      return stock ? [{ kind: 'insufficient', orderId, quantity: requested, stock }] : [];
    });
  }

  /** To be written, each once. */
  changes(): { readonly stock: ShelfRow[]; readonly reservations: ReservationChange[] } {
    return {
      stock: this.stock.changes().map(({ after }) => after),
      reservations: [...this.changedReservations].map(([id, before]) => ({
        before,
        after: this.reservations.get(id) as Reservation,
      })),
    };
  }
}
