import { runtime } from '../runtime.js';
import { milliseconds, wholeNumber } from '../settings.js';

/** For services that call other parties: `serviceSettings.extend({ ...outboundSettings })`. */
export const outboundSettings = {
  /** Most calls at the same time, and most pieces of work that make them. */
  OUTBOUND_CONNECTIONS: wholeNumber(1, 1000).default(64),
  /** How long one call may take. */
  OUTBOUND_TIMEOUT_MS: milliseconds.default(3_000),
  /** How long an open circuit breaker lets nothing through before it tries again. */
  OUTBOUND_HALF_OPEN_MS: milliseconds.default(30_000),
  /** Pause before the second try; it doubles. */
  OUTBOUND_BACKOFF_MS: milliseconds.default(500),
  /** The ceiling of that pause. */
  OUTBOUND_BACKOFF_MAX_MS: milliseconds.default(30_000),
};

export interface Backoff {
  /** Pause after the first failure; it doubles with each further one. */
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * The pause after `attempts` failures: between half and the whole of the doubled pause, so that what
 * failed together does not come back together.
 */
export const backoffMs = (
  { baseMs, maxMs }: Backoff,
  attempts: number,
  random: () => number = runtime.random,
): number => {
  const pauseMs = Math.min(maxMs, baseMs * 2 ** (Math.max(1, attempts) - 1));
  return Math.round(pauseMs * (0.5 + random() / 2));
};
