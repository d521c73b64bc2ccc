import { OutboundError } from '#platform';

/**
 * Thrown by `execute` when nothing was tried, for a reason that is none of the subject's (a circuit
 * breaker is open): the subject is due again after the pause, and the run does not count. `failed` is
 * told all the same, never as final.
 */
export class NotNowError extends Error {
  override readonly name = 'NotNowError';

  constructor(
    message: string,
    readonly retryAfterMs: number,
  ) {
    super(message);
  }
}

/**
 * For the end of an `execute` that calls others by `OutboundHttp`: what never left this process is
 * no try, and the breaker knows when the next one makes sense.
 */
export function asNotNow(error: unknown): never {
  if (error instanceof OutboundError && error.waiting) {
    throw new NotNowError(error.message, error.retryAfterMs);
  }
  throw error;
}
