/** What a sandbox has to tell to others, and what became of it: folded from the journal's entries. */

/** Something to tell. `body` is JSON text, `atMs` when it happened (epoch milliseconds). */
interface Announced {
  readonly kind: 'webhook';
  readonly id: string;
  readonly type: string;
  readonly body: string;
  readonly atMs: number;
}

/** It was tried once more. `outcome`: a status or why there was none. */
interface Tried {
  readonly kind: 'webhook-tried';
  readonly id: string;
  readonly outcome: string;
  readonly state: DeliveryState;
  /** When it is tried again; means nothing for what is not waiting. */
  readonly dueAtMs: number;
}
export type WebhookEntry = Announced | Tried;

export type DeliveryState = 'waiting' | 'delivered' | 'given-up';

export interface Delivery {
  readonly id: string;
  readonly type: string;
  readonly atMs: number;
  state: DeliveryState;
  attempts: number;
  outcome: string;
  dueAtMs: number;
}

/** More than this wait for a receiver that does not answer only if it is gone for good. */
const MAX_WAITING = 10_000;

export class WebhookBooks {
  readonly deliveries: Delivery[] = [];
  /** Those that wait, with what they say: the rest is not needed once it has been heard. */
  readonly #waiting = new Map<string, { readonly delivery: Delivery; readonly body: string }>();

  constructor(private readonly maxWaiting = MAX_WAITING) {}

  apply(entry: WebhookEntry): void {
    if (entry.kind === 'webhook') return this.#add(entry);
    const delivery = this.#waiting.get(entry.id)?.delivery;
    if (delivery === undefined) return;
    const { state, outcome, dueAtMs } = entry;
    Object.assign(delivery, { state, outcome, dueAtMs, attempts: delivery.attempts + 1 });
    if (state !== 'waiting') this.#waiting.delete(entry.id);
  }

  /** Undefined when it no longer waits. */
  bodyOf(id: string): string | undefined {
    return this.#waiting.get(id)?.body;
  }

  waiting(): Delivery[] {
    return Array.from(this.#waiting.values(), ({ delivery }) => delivery);
  }

  #add({ id, type, body, atMs }: Announced): void {
    const full = this.#waiting.size >= this.maxWaiting;
    const state = full ? ('given-up' as const) : ('waiting' as const);
    const outcome = full ? 'too many are waiting' : '';
    const delivery = { id, type, atMs, state, attempts: 0, outcome, dueAtMs: atMs };
    this.deliveries.push(delivery);
    if (!full) this.#waiting.set(id, { delivery, body });
  }
}

/** One delivery for people and audits. */
export const shownDelivery = ({ id, type, state, attempts, outcome, atMs }: Delivery) => ({
  ...{ id, type, state, attempts, outcome },
  createdAt: new Date(atMs).toISOString(),
});
