/** Load for any contender: so many sagas at a time, or so many a second. */
import type { Load, RunResult, Totals } from './contract.ts';

export interface Saga {
  readonly id: string;
  /** Whether its charge is to be declined; the id ends in `-declined` then. */
  readonly declined: boolean;
}

export type Outcome = 'completed' | 'compensated';

/** Asks for a saga, and resolves when it is known to be over. */
export type RunSaga = (saga: Saga) => Promise<Outcome>;

export interface LoadOptions {
  readonly load: Load;
  readonly warmUpMs: number;
  readonly windowMs: number;
  readonly declinedEvery: number;
  readonly prefix: string;
  /** At a given rate, how many may be in flight; the others wait, and their wait counts. */
  readonly inFlightMax?: number;
  /** How long sagas may go on after the window before they count as failed. */
  readonly drainMs?: number;
  readonly onWindow?: (edge: 'opened' | 'closed') => void;
  readonly clock?: Clock;
}

/** Milliseconds from anywhere, and a pause. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

const IN_FLIGHT_MAX = 2_000;
const DRAIN_MS = 30_000;
const ERRORS_KEPT = 3;
const FAILURE_PAUSE_MS = 50;

const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

export async function runLoad(runSaga: RunSaga, options: LoadOptions): Promise<RunResult> {
  const run = new LoadRun(runSaga, options);
  return 'rate' in options.load
    ? run.atRate(options.load.rate)
    : run.inFlight(options.load.inFlight);
}

/** The value that `share` of the values do not exceed (nearest rank); 0 when there are none. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

class LoadRun {
  readonly #runSaga: RunSaga;
  readonly #options: LoadOptions;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #openedAt = Infinity;
  #closedAt = Infinity;
  #next = 0;
  #running = 0;
  /** Wakes whoever waits for a saga to end. */
  #wake: () => void = () => undefined;
  #abandoned = false;
  readonly #latencies: number[] = [];
  readonly #errors = new Set<string>();
  readonly #window = { compensated: 0, failed: 0, unstarted: 0 };
  readonly #all = { completed: 0, compensated: 0, failed: 0 };

  constructor(runSaga: RunSaga, options: LoadOptions) {
    this.#runSaga = runSaga;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#startedAt = this.#clock.now();
  }

  /** A saga counts when it ends within the window. */
  async inFlight(count: number): Promise<RunResult> {
    let ended = false;
    const counts = () => this.#isOpen();
    const lane = async () => {
      while (!ended) {
        const succeeded = await this.#one(this.#clock.now(), counts);
        // A contender that refuses at once would otherwise be asked without a pause.
        if (!succeeded) await this.#clock.sleep(FAILURE_PAUSE_MS);
      }
    };
    const lanes = Promise.all(Array.from({ length: count }, lane));
    await this.#keepWindow();
    ended = true;
    await this.#drained(lanes);
    return this.#result();
  }

  /**
   * A saga counts when it was due within the window, and its latency begins when it was due: a
   * contender that stalls does not thereby get fewer orders, nor later ones.
   */
  async atRate(rate: number): Promise<RunResult> {
    const { warmUpMs, windowMs } = this.#options;
    const opensAt = this.#startedAt + warmUpMs;
    const closesAt = opensAt + windowMs;
    const window = this.#keepWindow();
    const feed = this.#feed(rate, opensAt, closesAt);
    await window;
    await this.#drained(feed);
    const due = Math.ceil((rate * (closesAt - this.#startedAt)) / 1000);
    this.#window.unstarted = Math.max(0, due - this.#next);
    return this.#result();
  }

  async #feed(rate: number, opensAt: number, closesAt: number): Promise<void> {
    const inFlightMax = this.#options.inFlightMax ?? IN_FLIGHT_MAX;
    const ending = new Set<Promise<boolean>>();
    for (;;) {
      const dueAt = this.#startedAt + (this.#next * 1000) / rate;
      if (dueAt >= closesAt || this.#abandoned) break;
      const early = dueAt - this.#clock.now();
      if (early > 0) await this.#clock.sleep(early);
      else if (this.#running >= inFlightMax) await this.#someEnd();
      else {
        const one = this.#one(dueAt, () => dueAt >= opensAt);
        ending.add(one);
        void one.then(() => ending.delete(one));
      }
    }
    await Promise.all(ending);
  }

  #someEnd(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  async #one(askedAt: number, counts: () => boolean): Promise<boolean> {
    const { declinedEvery, prefix } = this.#options;
    const number = this.#next++;
    const declined = declinedEvery > 0 && number % declinedEvery === declinedEvery - 1;
    this.#running += 1;
    let failure: string | undefined;
    try {
      const id = `${prefix}-${number}${declined ? '-declined' : ''}`;
      const outcome = await this.#runSaga({ id, declined });
      const wanted: Outcome = declined ? 'compensated' : 'completed';
      if (outcome !== wanted) failure = `${outcome} instead of ${wanted}`;
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    this.#running -= 1;
    this.#wake();
    // Whoever was given up has been counted as failed.
    if (!this.#abandoned) this.#record(askedAt, declined, failure, counts());
    return failure === undefined;
  }

  #record(askedAt: number, declined: boolean, failure: string | undefined, counts: boolean): void {
    if (failure !== undefined) {
      this.#all.failed += 1;
      if (counts) this.#window.failed += 1;
      if (this.#errors.size < ERRORS_KEPT) this.#errors.add(failure);
      return;
    }
    this.#all[declined ? 'compensated' : 'completed'] += 1;
    if (!counts) return;
    this.#latencies.push(this.#clock.now() - askedAt);
    if (declined) this.#window.compensated += 1;
  }

  #isOpen(): boolean {
    return this.#openedAt !== Infinity && this.#closedAt === Infinity;
  }

  async #keepWindow(): Promise<void> {
    const { warmUpMs, windowMs, onWindow } = this.#options;
    await this.#clock.sleep(warmUpMs);
    this.#openedAt = this.#clock.now();
    onWindow?.('opened');
    await this.#clock.sleep(windowMs);
    this.#closedAt = this.#clock.now();
    onWindow?.('closed');
  }

  /** Waits for the sagas that are still under way; those that do not end have failed. */
  async #drained(all: Promise<unknown>): Promise<void> {
    const drainMs = this.#options.drainMs ?? DRAIN_MS;
    const gaveUp = this.#clock.sleep(drainMs).then(() => 'gave up' as const);
    if ((await Promise.race([all, gaveUp])) !== 'gave up') return;
    this.#abandoned = true;
    this.#wake();
    this.#all.failed += this.#running;
    this.#window.failed += this.#running;
    this.#errors.add(`${this.#running} did not end within ${drainMs} ms`);
  }

  #result(): RunResult {
    const sorted = Float64Array.from(this.#latencies).sort();
    const all: Totals = { ...this.#all };
    return {
      sagas: sorted.length,
      ...this.#window,
      seconds: (this.#closedAt - this.#openedAt) / 1000,
      p50: percentile(sorted, 0.5),
      p90: percentile(sorted, 0.9),
      p99: percentile(sorted, 0.99),
      max: percentile(sorted, 1),
      all,
      errors: [...this.#errors],
    };
  }
}
