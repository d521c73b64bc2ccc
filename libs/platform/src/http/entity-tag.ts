/** Revisions as entity tags (RFC 9110): what was read goes back in `If-Match`, and is still so. */
import { fieldProblem, ProblemException } from './problem.js';

export const entityTag = (revision: number): string => `"${revision}"`;

/**
 * The revision that `If-Match` names; undefined where the caller does not care.
 * @throws ProblemException 400 for what no `ETag` of ours has ever been
 */
export function expectedRevision(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined) return undefined;
  const [, digits] = /^"([1-9]\d{0,9})"$/.exec(ifMatch) ?? [];
  if (digits !== undefined) return Number(digits);
  const message = 'must be the ETag of an earlier answer: one revision in quotes, as "3"';
  throw fieldProblem(400, [{ field: 'If-Match', message }]);
}

/** @param revision the one it has now; undefined where there is nothing of that id */
export const movedProblem = (what: string, revision: number | undefined): ProblemException => {
  const now = revision === undefined ? 'is not there' : `is at revision ${revision} by now`;
  const detail = `${what} ${now}: read it again, and decide again.`;
  const extras = revision === undefined ? {} : { revision };
  return new ProblemException(412, 'It is no longer as it was read', detail, extras);
};
