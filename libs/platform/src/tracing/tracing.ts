/**
 * Traces as the code sees them: a span below the one that a message, or a request, came with. The
 * trace context travels with the messages themselves (`traceparent`), not with the call stack: one
 * transaction handles messages of hundreds of traces.
 *
 * While tracing is off, which is when no address to send spans to is set, nothing is installed: each
 * place that could begin a span asks one variable, and no library is loaded.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanStart {
  readonly name: string;
  readonly kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  readonly attributes?: Attributes;
}

/** A span that is being recorded, unless its trace is not sampled. Never ended, it is not sent. */
export interface TraceSpan {
  /** For whatever it causes. */
  readonly traceparent: string;
  set(attributes: Attributes): void;
  /** It did not succeed; it still has to be ended. */
  fail(error: unknown): void;
  end(): void;
}

export interface Tracing {
  /** Where something comes in from outside. Without a valid `traceparent` a trace begins here. */
  enter(traceparent: string | undefined, start: SpanStart): TraceSpan;
  /** Undefined where there is no trace, or one that is not sampled. Never begins a trace. */
  below(traceparent: string | undefined, start: SpanStart): TraceSpan | undefined;
  /** Sends what has not been sent yet. */
  stop(): Promise<void>;
}

let installed: Tracing | undefined;
const current = new AsyncLocalStorage<TraceSpan>();

export const installTracing = (other: Tracing | undefined): void => {
  installed = other;
};

/** Undefined while tracing is off. */
export const tracing = (): Tracing | undefined => installed;

/** A span below the one that `traceparent` names; undefined while tracing is off, or not sampled. */
export const spanBelow = (
  traceparent: string | undefined,
  start: () => SpanStart,
): TraceSpan | undefined =>
  installed === undefined || traceparent === undefined
    ? undefined
    : installed.below(traceparent, start());

/** Runs `work` as what the span is about: calls to others that it makes are below it. */
export const within = <T>(span: TraceSpan, work: () => T): T => current.run(span, work);

/** The same where there may be no such span; a failure of `work` is the span's. */
export async function inSpan<T>(
  traceparent: string | undefined,
  start: () => SpanStart,
  work: () => Promise<T>,
): Promise<T> {
  const span = spanBelow(traceparent, start);
  return span === undefined ? work() : ended(span, () => within(span, work));
}

/** A call to somebody else, below what is being done at the moment, if that is traced. */
export async function asCall<T>(
  start: () => SpanStart,
  call: (span: TraceSpan | undefined) => Promise<T>,
): Promise<T> {
  const parent = installed === undefined ? undefined : current.getStore();
  const span = parent && spanBelow(parent.traceparent, start);
  return span === undefined ? call(undefined) : ended(span, () => call(span));
}

async function ended<T>(span: TraceSpan, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}
