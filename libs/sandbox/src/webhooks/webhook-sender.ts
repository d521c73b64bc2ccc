/**
 * Tells others what has happened in a sandbox, as real providers do: at least once, in no certain
 * order, again and again until it is heard. What is to be told stands in the journal beside what
 * happened, and so does every try, so that a restart goes on where the process ended.
 *
 * It has its own few connections and never keeps a request waiting.
 */
import { backoffMs, type Backoff } from '#platform';
import { Pool } from 'undici';
import { DAY_MS } from '../idempotency-keys.js';
import type { Mood } from '../mood.js';
import type { Delivery, DeliveryState, WebhookBooks, WebhookEntry } from './webhook-books.js';

export interface WebhookTarget {
  readonly url: string;
  /** Headers that prove to the receiver who wrote this body, made anew for each try. */
  readonly sign: (body: string, nowMs: number) => Readonly<Record<string, string>>;
}

export interface WebhookSenderOptions extends WebhookTarget {
  readonly books: WebhookBooks;
  readonly mood: Mood;
  /** Writes what became of a try into the journal. */
  readonly append: (entries: readonly WebhookEntry[]) => void;
  /** Resolves when what is to be told is in the journal: nothing is told before. */
  readonly written: () => Promise<void>;
  readonly onFault: (error: unknown) => void;
  readonly now?: () => number;
  readonly retry?: Backoff;
  /** How long `shuffled` holds them back. */
  readonly groupMs?: number;
}

const CONNECTIONS = 8;
const ANSWER_WITHIN_MS = 10_000;
const GIVE_UP_AFTER_MS = 3 * DAY_MS;
const RETRY: Backoff = { baseMs: 1_000, maxMs: 3_600_000 };
const GROUP_MS = 300;

export class WebhookSender {
  readonly #pool: Pool;
  readonly #path: string;
  readonly #now: () => number;
  /** Due, oldest first. */
  readonly #ready: Delivery[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #inFlight = 0;
  #groupPending = false;
  #stopped = false;

  constructor(private readonly options: WebhookSenderOptions) {
    const { origin, pathname, search } = new URL(options.url);
    this.#path = pathname + search;
    this.#now = options.now ?? Date.now;
    this.#pool = new Pool(origin, {
      connections: CONNECTIONS,
      pipelining: 1,
      keepAliveTimeout: 30_000,
      connectTimeout: ANSWER_WITHIN_MS,
      headersTimeout: ANSWER_WITHIN_MS,
      bodyTimeout: ANSWER_WITHIN_MS,
    });
    options.mood.onChange(() => this.#pump());
  }

  /** Goes on with what the journal says is still to be told. */
  start(): void {
    for (const delivery of this.options.books.waiting()) this.#schedule(delivery);
  }

  /** For entries that were applied to the books just now. */
  announce(entries: readonly WebhookEntry[]): void {
    const ids = new Set(entries.flatMap(({ kind, id }) => (kind === 'webhook' ? [id] : [])));
    if (ids.size === 0) return;
    const { books } = this.options;
    for (const delivery of books.deliveries.slice(-ids.size)) {
      if (ids.has(delivery.id) && delivery.state === 'waiting') this.#schedule(delivery);
    }
  }

  /** What is under way is broken off, and told again after the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#pool.destroy();
  }

  #schedule(delivery: Delivery): void {
    const { mood } = this.options;
    const lateMs = mood.webhooks === 'late' && delivery.attempts === 0 ? mood.delayMs : 0;
    const waitMs = delivery.dueAtMs + lateMs - this.#now();
    if (waitMs <= 0) return this.#makeReady(delivery);
    this.#after(waitMs, () => this.#makeReady(delivery));
  }

  #makeReady(delivery: Delivery): void {
    this.#ready.push(delivery);
    this.#pump();
  }

  #after(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }

  #pump(): void {
    const wish = this.options.mood.webhooks;
    if (this.#stopped || wish === 'off' || this.#ready.length === 0) return;
    if (wish === 'shuffled') return this.#collect();
    while (this.#inFlight < CONNECTIONS) {
      const delivery = this.#ready.shift();
      if (delivery === undefined) return;
      this.#inFlight += 1;
      void this.#tell(delivery).finally(() => {
        this.#inFlight -= 1;
        this.#pump();
      });
    }
  }

  /** One after the other, or the order would be the network's and not ours. */
  #collect(): void {
    if (this.#groupPending) return;
    this.#groupPending = true;
    const tellGroup = async (): Promise<void> => {
      if (this.options.mood.webhooks === 'off') return;
      for (const delivery of this.#ready.splice(0).reverse()) await this.#tell(delivery);
    };
    this.#after(this.options.groupMs ?? GROUP_MS, () => {
      void tellGroup().finally(() => {
        this.#groupPending = false;
        this.#pump();
      });
    });
  }

  async #tell(delivery: Delivery): Promise<void> {
    const { books, written, mood, onFault } = this.options;
    try {
      await written();
      const body = books.bodyOf(delivery.id);
      if (body === undefined || this.#stopped) return;
      const outcome = await this.#post(body);
      const heard = /^2\d\d$/.test(outcome);
      if (heard && mood.webhooks === 'twice') await this.#post(body);
      // what a stop broke off says nothing about the receiver
      if (this.#stopped) return;
      this.#record(delivery, outcome, heard);
    } catch (error) {
      onFault(error);
    }
  }

  #record(delivery: Delivery, outcome: string, heard: boolean): void {
    const nowMs = this.#now();
    const tooOld = nowMs - delivery.atMs >= GIVE_UP_AFTER_MS;
    const state: DeliveryState = heard ? 'delivered' : tooOld ? 'given-up' : 'waiting';
    const pauseMs = backoffMs(this.options.retry ?? RETRY, delivery.attempts + 1);
    const dueAtMs = nowMs + pauseMs;
    const entry = { kind: 'webhook-tried', id: delivery.id, outcome, state, dueAtMs } as const;
    this.options.books.apply(entry);
    this.options.append([entry]);
    if (state === 'waiting') this.#schedule(delivery);
  }

  /** @returns the answer's status, or why there was none */
  async #post(text: string): Promise<string> {
    try {
      const { statusCode, body } = await this.#pool.request({
        method: 'POST',
        path: this.#path,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          ...this.options.sign(text, this.#now()),
        },
        body: text,
      });
      await body.dump();
      return String(statusCode);
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
    }
  }
}
