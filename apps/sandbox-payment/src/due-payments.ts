/** Wakes up when a customer pays, or when the time to pay is over. */
import type { Entry, Intent } from './domain/books.js';

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2_147_483_647;

export interface DuePaymentsOptions {
  readonly find: (intentId: string) => Intent | undefined;
  readonly settle: (intentId: string) => void;
  readonly now: () => number;
  readonly onFault: (error: unknown) => void;
}

export class DuePayments {
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(private readonly options: DuePaymentsOptions) {}

  /** For entries that have just been applied to the books. */
  heard(entries: readonly { readonly kind: string }[]): void {
    for (const entry of entries as readonly Entry[]) {
      if (entry.kind === 'awaiting') this.watch(entry.id);
    }
  }

  /** May be called again for the same intent. */
  watch(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    const action = this.options.find(id)?.action;
    if (action === undefined) return;
    const { payAtMs = Infinity, expiresAtMs = Infinity } = action;
    const leftMs = Math.min(payAtMs, expiresAtMs) - this.options.now();
    if (leftMs === Infinity) return;
    const timer = setTimeout(() => this.#wake(id), Math.min(Math.max(leftMs, 0), MAX_TIMER_MS));
    this.#timers.set(id, timer);
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #wake(id: string): void {
    try {
      this.options.settle(id);
      // too early by a millisecond, or by more than a timer can wait
      this.watch(id);
    } catch (error) {
      this.options.onFault(error);
    }
  }
}
