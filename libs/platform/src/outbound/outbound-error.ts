/**
 * - `timeout`, `reset`, `server-error`, `bad-answer`: the other side may have done what it was asked.
 * - `unreachable`, `breaker-open`, `overloaded`: the request was not sent, so it has done nothing.
 * - `unauthorized`: it does not accept our key; that is wrong for all requests, not for this one.
 */
export type OutboundFault =
  | 'timeout'
  | 'reset'
  | 'server-error'
  | 'bad-answer'
  | 'unreachable'
  | 'breaker-open'
  | 'overloaded'
  | 'unauthorized';

/**
 * A call to another party that brought no usable answer. It says nothing about the request itself:
 * a later try may succeed. The text holds no part of request or answer, so it may be stored.
 */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
  /** False when it is certain that the other side never saw the request. */
  readonly sent: boolean;
  /** True when nothing was even tried: there are limits, and this call has to wait for them. */
  readonly waiting: boolean;

  constructor(
    readonly target: string,
    readonly fault: OutboundFault,
    detail: string,
    /** When trying again first makes sense, in milliseconds from now; 0 = at any time. */
    readonly retryAfterMs = 0,
  ) {
    super(`${target}: ${fault}${detail && ` (${detail})`}`);
    this.waiting = fault === 'breaker-open' || fault === 'overloaded';
    this.sent = !this.waiting && fault !== 'unreachable';
  }
}

/** Codes of faults that happen before a request leaves. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** What a thrown error of the HTTP client means. Its own text may hold addresses, so only its code. */
export const outboundFault = (target: string, error: unknown): OutboundError => {
  if (error instanceof OutboundError) return error;
  const code = codeOf(error);
  return new OutboundError(target, NOT_SENT.has(code) ? 'unreachable' : 'reset', code);
};

/** By shape, not by class: test runners give each test file classes of its own. */
const codeOf = (error: unknown): string => {
  if (typeof error !== 'object' || error === null) return 'unknown';
  // several addresses were tried, each with an error of its own
  if ('errors' in error && Array.isArray(error.errors)) return codeOf(error.errors[0]);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'name' in error && typeof error.name === 'string' ? error.name : 'unknown';
};
