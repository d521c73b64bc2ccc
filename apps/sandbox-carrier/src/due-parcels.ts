/** Wakes up when a van comes, or has arrived. */
import type { CarrierBooks } from './domain/books.js';

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2_147_483_647;

export interface DueParcelsOptions {
  readonly books: Pick<CarrierBooks, 'shipment'>;
  /** Lets happen what is due for one, and writes it. */
  readonly settle: (shipmentId: string) => void;
  readonly now: () => number;
  readonly onFault: (error: unknown) => void;
}

export class DueParcels {
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(private readonly options: DueParcelsOptions) {}

  /** May be called again for the same one, after each of its changes. */
  watch(shipmentId: string): void {
    clearTimeout(this.#timers.get(shipmentId));
    this.#timers.delete(shipmentId);
    const dueAtMs = this.options.books.shipment(shipmentId)?.dueAtMs;
    if (dueAtMs === undefined) return;
    const leftMs = Math.min(Math.max(dueAtMs - this.options.now(), 0), MAX_TIMER_MS);
    this.#timers.set(
      shipmentId,
      setTimeout(() => this.#wake(shipmentId), leftMs),
    );
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #wake(shipmentId: string): void {
    try {
      this.options.settle(shipmentId);
      // too early by a millisecond, or by more than a timer can wait
      this.watch(shipmentId);
    } catch (error) {
      this.options.onFault(error);
    }
  }
}
