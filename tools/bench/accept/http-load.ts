/** A closed loop over keep-alive connections: each sends its next request when it was answered. */
import { percentile } from '../../../bench/load.js';
import { HttpConnection, type Target } from './http-connection.js';

export interface HttpLoadOptions {
  readonly target: Target;
  readonly connections: number;
  /** The whole request of a number; numbers go up from 0. */
  readonly requestOf: (number: number) => string;
  /** How long answers may come after the window before they count as failures. */
  readonly drainMs?: number;
}

export interface HttpFigures {
  /** Answered 202 within the window. */
  readonly accepted: number;
  /** What else became of requests since the window was opened, and how often. */
  readonly failures: Readonly<Record<string, number>>;
  /** How long the window was open. */
  readonly seconds: number;
  /** From the first try to send to the whole answer, of those accepted; 0 where there was none. */
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Warm-up and what was answered after the window included. */
export interface PostedNumbers {
  readonly accepted: Uint32Array;
  /** Not answered 202: they may have been accepted nevertheless. */
  readonly failed: Uint32Array;
}

export interface HttpLoadResult {
  readonly figures: HttpFigures;
  readonly numbers: PostedNumbers;
}

const ACCEPTED = 202;
const DRAIN_MS = 30_000;
const FAILURE_PAUSE_MS = 50;

/** Started, opened and closed once, in this order. */
export class HttpLoad {
  private next = 0;
  private isOver = false;
  private openedAt = Infinity;
  private closedAt = Infinity;
  private readonly connections: readonly HttpConnection[];
  private lanes: Promise<unknown> = Promise.resolve();
  private readonly latenciesMs: number[] = [];
  private readonly accepted: number[] = [];
  private readonly failed: number[] = [];
  private readonly failures = new Map<string, number>();

  constructor(private readonly options: HttpLoadOptions) {
    const { connections, target } = options;
    this.connections = Array.from({ length: connections }, () => new HttpConnection(target));
  }

  start(): void {
    this.lanes = Promise.all(this.connections.map((connection) => this.lane(connection)));
  }

  /** From here on it counts. */
  open(): void {
    this.openedAt = performance.now();
  }

  /** Sends no more, and resolves when everything sent was answered or given up. */
  async close(): Promise<HttpLoadResult> {
    this.closedAt = performance.now();
    this.isOver = true;
    const drainMs = this.options.drainMs ?? DRAIN_MS;
    const timer = setTimeout(() => this.closeAll(`no answer ${drainMs} ms later`), drainMs);
    await this.lanes;
    clearTimeout(timer);
    this.closeAll('over');
    return this.result();
  }

  private closeAll(why: string): void {
    for (const connection of this.connections) connection.close(why);
  }

  private async lane(connection: HttpConnection): Promise<void> {
    while (!this.isOver) {
      const failure = await this.one(connection);
      // A server that refuses at once would otherwise be asked without a pause.
      if (failure !== undefined) await sleep(FAILURE_PAUSE_MS);
    }
  }

  /** Resolves with what went wrong. */
  private async one(connection: HttpConnection): Promise<string | undefined> {
    const number = this.next++;
    const askedAt = performance.now();
    const failure = await connection.ask(this.options.requestOf(number)).then(
      (status) => (status === ACCEPTED ? undefined : `answered ${status}`),
      (error: Error) => error.message,
    );
    if (failure !== undefined) this.recordFailure(number, failure);
    else this.recordAccepted(number, askedAt);
    return failure;
  }

  private recordAccepted(number: number, askedAt: number): void {
    this.accepted.push(number);
    if (this.openedAt === Infinity || this.isOver) return;
    this.latenciesMs.push(performance.now() - askedAt);
  }

  private recordFailure(number: number, failure: string): void {
    this.failed.push(number);
    if (this.openedAt === Infinity) return;
    this.failures.set(failure, (this.failures.get(failure) ?? 0) + 1);
  }

  private result(): HttpLoadResult {
    const sorted = Float64Array.from(this.latenciesMs).sort();
    const sumMs = sorted.reduce((sum, latencyMs) => sum + latencyMs, 0);
    return {
      figures: {
        accepted: sorted.length,
        failures: Object.fromEntries(this.failures),
        seconds: (this.closedAt - this.openedAt) / 1000,
        meanMs: sorted.length === 0 ? 0 : sumMs / sorted.length,
        p50Ms: percentile(sorted, 0.5),
        p95Ms: percentile(sorted, 0.95),
        p99Ms: percentile(sorted, 0.99),
        maxMs: percentile(sorted, 1),
      },
      numbers: {
        accepted: Uint32Array.from(this.accepted),
        failed: Uint32Array.from(this.failed),
      },
    };
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
