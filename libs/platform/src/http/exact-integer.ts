import { ProblemException } from './problem.js';

/**
 * A sum as the database tells it. JSON numbers beyond 2^53 would be rounded by whoever reads them.
 * @param what it is, for whoever has to find out
 * @throws ProblemException 500 that names it
 */
export function exactInteger(what: string, value: string | number | bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new ProblemException(
    500,
    'A sum is too large',
    `${what} is ${value}: too large to be told exactly, so that it is not told at all.`,
  );
}
