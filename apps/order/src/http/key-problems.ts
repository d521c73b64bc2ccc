import { fieldProblem, ProblemException } from '#platform';

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
