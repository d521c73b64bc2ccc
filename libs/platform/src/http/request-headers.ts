/** The header `Idempotency-Key`, and what is said of it; and the trace context of a request. */
import { fieldProblem, ProblemException } from './problem.js';

/** @param what is answered */
export const keyDescription = (what: string): string =>
  `The same key and body answer the same ${what}; another body is refused with 422. While the first ` +
  'request with the key is still running, a second one waits for it, and is told to come again ' +
  '(409, `request-in-progress`) when that takes too long.';

export const keyReused = (): ProblemException =>
  fieldProblem(
    422,
    [{ field: 'Idempotency-Key', message: 'was used before with another body' }],
    'The idempotency key is taken',
  );

export const requestInProgress = (): ProblemException =>
  new ProblemException(
    409,
    'The request is still running',
    'A request with this Idempotency-Key has not ended yet. Send the same again: it is answered as that one.',
    { code: 'request-in-progress' },
    { 'retry-after': '1' },
  );

/** @throws ProblemException unless it is 1 to 255 visible ASCII characters */
export function checkedKey(header: string | undefined): string | undefined {
  if (header === undefined || /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  const message = 'must be 1 to 255 visible ASCII characters';
  throw fieldProblem(400, [{ field: 'Idempotency-Key', message }]);
}

/** W3C trace context of the caller; a broken one is left out, as the standard asks. */
export const checkedTrace = (header: string | undefined): string | undefined =>
  header !== undefined && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(header)
    ? header
    : undefined;
