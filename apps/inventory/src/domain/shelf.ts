/**
 * The rows of one batch in memory: several orders that want the same product are folded here, so
 * that each product and each reservation is written once a batch.
 */
import type { Change, Reservation, Shortage } from './reservation.js';
import { moveReserved, type Stock } from './stock.js';

/** What happened to one product, with the product as it was right after it. */
export interface StockFact {
  readonly kind: 'reserved' | 'insufficient' | 'released';
  readonly orderId: string;
  readonly quantity: number;
  readonly stock: Stock;
}

export interface ReservationChange {
  /** Revision of the row that was read; 0 where there was none. */
  readonly before: number;
  readonly after: Reservation;
}

export class Shelf {
  private readonly stock: Map<string, Stock>;
  private readonly reservations: Map<string, Reservation>;
  private readonly changedStock = new Set<string>();
  /** With the revisions that were read. */
  private readonly changedReservations = new Map<string, number>();

  constructor(stock: readonly Stock[], reservations: readonly Reservation[]) {
    this.stock = new Map(stock.map((row) => [row.productId, row]));
    this.reservations = new Map(reservations.map((row) => [row.orderId, row]));
  }

  readonly stockOf = (productId: string): Stock | undefined => this.stock.get(productId);

  reservationOf(orderId: string): Reservation | undefined {
    return this.reservations.get(orderId);
  }

  /** Leaves the shelf as it was when it throws. */
  apply({ reservation, reserve, release }: Change): StockFact[] {
    const { orderId } = reservation;
    const moves = [
      ...reserve.map((line) => ({ ...line, kind: 'reserved' as const, sign: 1 })),
      ...release.map((line) => ({ ...line, kind: 'released' as const, sign: -1 })),
    ];
    const facts = moves.map(({ kind, productId, quantity, sign }): StockFact => {
      const stock = this.stock.get(productId);
      if (!stock) throw new Error(`order ${orderId} moves ${productId}, of which nothing is known`);
      return { kind, orderId, quantity, stock: moveReserved(stock, sign * quantity) };
    });
    for (const { stock } of facts) {
      this.stock.set(stock.productId, stock);
      this.changedStock.add(stock.productId);
    }
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

  /** Nothing moved, so the facts repeat the revision they saw; of unknown products there are none. */
  insufficient(orderId: string, shortages: readonly Shortage[]): StockFact[] {
    return shortages.flatMap(({ productId, requested }) => {
      const stock = this.stock.get(productId);
      return stock ? [{ kind: 'insufficient', orderId, quantity: requested, stock }] : [];
    });
  }

  /** To be written, each once. */
  changes(): { readonly stock: Stock[]; readonly reservations: ReservationChange[] } {
    return {
      stock: [...this.changedStock].map((id) => this.stock.get(id) as Stock),
      reservations: [...this.changedReservations].map(([id, before]) => ({
        before,
        after: this.reservations.get(id) as Reservation,
      })),
    };
  }
}
