import { OutboundError, ProblemException } from '#platform';

const BAD_GATEWAY: ReadonlySet<string> = new Set(['server-error', 'bad-answer', 'unauthorized']);

/**
 * For the end of a call to the carrier that somebody waits for.
 * @throws ProblemException 502 when it answers nonsense, 503 when it does not answer
 */
export function carrierProblem(error: unknown): never {
  if (!(error instanceof OutboundError)) throw error;
  const isAway = !BAD_GATEWAY.has(error.fault);
  const title = isAway ? 'The carrier is away' : 'The carrier does not answer as it should';
  const detail = 'The carrier cannot say it now. Try again later.';
  const retry = Math.max(1, Math.ceil(error.retryAfterMs / 1000));
  throw new ProblemException(
    isAway ? 503 : 502,
    title,
    detail,
    { code: error.fault },
    isAway ? { 'retry-after': String(retry) } : {},
  );
}
