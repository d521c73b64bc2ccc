import { fieldProblem, textOfCursor } from '#platform';

const MOST_INT8 = 9_223_372_036_854_775_807n;

/**
 * The number behind a cursor of a list that is sorted by one.
 * @throws ProblemException 400 for what was never one
 */
export function numberOfCursor(cursor: string): string {
  const text = textOfCursor(cursor);
  if (/^\d{1,19}$/.test(text) && BigInt(text) <= MOST_INT8) return text;
  throw fieldProblem(400, [
    { field: 'cursor', message: 'must be the nextCursor of a page before' },
  ]);
}
