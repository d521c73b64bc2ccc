import { runtime } from './runtime.js';

export interface ReadingTimes {
  /** Read anew when asked for something older than this. */
  readonly freshMs: number;
  /** Whoever asks waits this long for what is being read, at most. */
  readonly waitMs: number;
  /** What could not be read anew for this long is no longer told. */
  readonly staleMs: number;
}

/** The scrapes of Prometheus are farther apart, and time out after ten seconds. */
const TIMES: ReadingTimes = { freshMs: 5_000, waitMs: 2_000, staleMs: 60_000 };

/**
 * A figure that costs a question (to the database, to the broker), for metrics: it is asked when
 * somebody looks, and never more often than every few seconds. Where nobody looks it costs nothing; a
 * server that does not answer holds nobody up, and what it said last is told for a minute.
 */
export class Reading<Value> {
  #last: { readonly value: Value; readonly atMs: number } | undefined;
  #pending: Promise<void> | undefined;

  constructor(
    private readonly read: () => Promise<Value>,
    private readonly times: ReadingTimes = TIMES,
  ) {}

  /** Undefined while there is nothing that may still count as true. Never rejects. */
  async latest(waitMs = this.times.waitMs): Promise<Value | undefined> {
    const { freshMs, staleMs } = this.times;
    if (this.#ageMs > freshMs) {
      this.#pending ??= this.#readAnew();
      await within(waitMs, this.#pending);
    }
    return this.#ageMs > staleMs ? undefined : this.#last?.value;
  }

  get #ageMs(): number {
    return this.#last === undefined ? Infinity : runtime.monotonicMs() - this.#last.atMs;
  }

  async #readAnew(): Promise<void> {
    const atMs = runtime.monotonicMs();
    try {
      this.#last = { value: await this.read(), atMs };
    } catch {
      // The last one is told until it is stale; that the server is away is what health checks say.
    } finally {
      this.#pending = undefined;
    }
  }
}

async function within(ms: number, pending: Promise<void>): Promise<void> {
  let cancel = (): void => undefined;
  const timedOut = new Promise<void>((resolve) => {
    cancel = runtime.after(ms, resolve);
  });
  await Promise.race([pending, timedOut]);
  cancel();
}
