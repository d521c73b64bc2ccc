/**
 * Calls to another party over HTTP as all services make them: kept connections, a time limit, a
 * circuit breaker and a bulkhead, and one typed error for everything that is not an answer.
 */
import {
  BrokenCircuitError,
  BulkheadRejectedError,
  CircuitState,
  SamplingBreaker,
  TimeoutStrategy,
  bulkhead,
  circuitBreaker,
  handleType,
  timeout,
  wrap,
  type CircuitBreakerPolicy,
  type IPolicy,
  type TimeoutPolicy,
} from 'cockatiel';
import { Pool } from 'undici';
import { gauge, histogram } from '../metrics.js';
import { asCall, type SpanStart } from '../tracing/tracing.js';
import { OutboundError, outboundFault } from './outbound-error.js';

export interface OutboundOptions {
  /** Who is called, for errors and metrics. */
  readonly target: string;
  /** `https://host[:port][/path]` without a slash at its end. */
  readonly baseUrl: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Most requests at a time. Default 64. */
  readonly connections?: number;
  /** Most requests that wait for one of those; one more is refused at once. Default 1024. */
  readonly maxQueued?: number;
  /** From sending to the end of the answer. Default 3,000. */
  readonly timeoutMs?: number;
  /** How long the open breaker lets nothing through before it tries one request. Default 30,000. */
  readonly halfOpenAfterMs?: number;
}

export interface OutboundRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How the body of a good answer is read. Default `json`; others are always JSON. */
  readonly as?: 'json' | 'text';
}

export interface OutboundAnswer {
  readonly status: number;
  /** Parsed JSON, or text where that was asked for; undefined for an empty body. */
  readonly body: unknown;
}

const BREAKER = { threshold: 0.5, duration: 10_000, minimumRps: 1 };
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** Statuses that say something about the other side, not about the request. */
const UNAVAILABLE = new Set([408, 425, 429]);
const STATES = {
  [CircuitState.Closed]: 0,
  [CircuitState.HalfOpen]: 1,
  [CircuitState.Open]: 2,
  [CircuitState.Isolated]: 2,
};

const seconds = histogram({
  name: 'outbound_request_duration_seconds',
  help: 'Time of requests to other parties, by what came of them',
  labelNames: ['target', 'outcome'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
});
const breakerState = gauge({
  name: 'outbound_breaker_state',
  help: 'Circuit breaker: 0 closed, 1 half open, 2 open',
  labelNames: ['target'],
});

const calling = (target: string, { method, path }: OutboundRequest): SpanStart => ({
  name: `${method} ${target}`,
  kind: 'client',
  attributes: {
    'http.request.method': method,
    'server.address': target,
    'url.path': path.split('?', 1)[0] ?? '',
  },
});

export class OutboundHttp {
  private readonly pool: Pool;
  private readonly pathPrefix: string;
  private readonly breaker: CircuitBreakerPolicy;
  private readonly limit: TimeoutPolicy;
  private readonly guard: IPolicy;
  private openUntilMs = 0;

  constructor(private readonly options: OutboundOptions) {
    const { target, baseUrl, connections = 64, maxQueued = 1024 } = options;
    const { timeoutMs = 3_000, halfOpenAfterMs = 30_000 } = options;
    const url = new URL(baseUrl);
    this.pathPrefix = url.pathname === '/' ? '' : url.pathname;
    this.pool = new Pool(url.origin, {
      connections,
      pipelining: 1,
      keepAliveTimeout: 30_000,
      connectTimeout: timeoutMs,
      maxResponseSize: MAX_ANSWER_BYTES,
    });
    this.breaker = circuitBreaker(handleType(OutboundError), {
      halfOpenAfter: halfOpenAfterMs,
      breaker: new SamplingBreaker(BREAKER),
    });
    this.breaker.onBreak(() => (this.openUntilMs = Date.now() + halfOpenAfterMs));
    breakerState.set({ target }, STATES[this.breaker.state]);
    this.breaker.onStateChange((state) => breakerState.set({ target }, STATES[state]));
    this.limit = timeout(timeoutMs, {
      strategy: TimeoutStrategy.Cooperative,
      abortOnReturn: false,
    });
    this.guard = wrap(bulkhead(connections, maxQueued), this.breaker);
  }

  /**
   * @returns the answer, 2xx and 4xx alike: what a 4xx means is the caller's to know
   * @throws OutboundError for everything else
   */
  async request(request: OutboundRequest): Promise<OutboundAnswer> {
    const { target } = this.options;
    const stop = seconds.startTimer({ target });
    try {
      const answer = await asCall(
        () => calling(target, request),
        (span) => this.guard.execute(() => this.send(request, span?.traceparent)),
      );
      stop({ outcome: String(answer.status) });
      return answer;
    } catch (error) {
      const fault = this.faultOf(error);
      stop({ outcome: fault.fault });
      throw fault;
    }
  }

  /** Whether the breaker lets nothing through, for health checks. */
  get broken(): boolean {
    return this.breaker.state === CircuitState.Open && Date.now() < this.openUntilMs;
  }

  /** Ends the connections; requests under way fail. */
  close(): Promise<void> {
    return this.pool.destroy();
  }

  /** As a Nest provider: by now those who use it have stopped. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  private send(request: OutboundRequest, traceparent?: string): Promise<OutboundAnswer> {
    return this.limit.execute(async (_context, signal) => {
      try {
        const { statusCode, body } = await this.pool.request({
          method: request.method,
          path: this.pathPrefix + request.path,
          headers: {
            ...this.options.headers,
            ...request.headers,
            ...(traceparent !== undefined && { traceparent }),
          },
          body: request.body ?? null,
          signal,
        });
        return this.answerOf(statusCode, await body.text(), request.as);
      } catch (error) {
        if (signal.aborted) throw new OutboundError(this.options.target, 'timeout', '');
        throw outboundFault(this.options.target, error);
      }
    });
  }

  private answerOf(status: number, text: string, as: OutboundRequest['as']): OutboundAnswer {
    const { target } = this.options;
    if (status >= 500 || UNAVAILABLE.has(status)) {
      throw new OutboundError(target, 'server-error', `HTTP ${status}`);
    }
    if (status === 401 || status === 403) {
      throw new OutboundError(target, 'unauthorized', `HTTP ${status}`);
    }
    if (as === 'text' && status < 300) return { status, body: text };
    try {
      return { status, body: text === '' ? undefined : JSON.parse(text) };
    } catch {
      throw new OutboundError(target, 'bad-answer', `HTTP ${status} without JSON`);
    }
  }

  private faultOf(error: unknown): OutboundError {
    const { target } = this.options;
    if (error instanceof BrokenCircuitError) {
      const waitMs = Math.max(1, this.openUntilMs - Date.now());
      return new OutboundError(target, 'breaker-open', '', waitMs);
    }
    if (error instanceof BulkheadRejectedError)
      return new OutboundError(target, 'overloaded', '', 100);
    return outboundFault(target, error);
  }
}
