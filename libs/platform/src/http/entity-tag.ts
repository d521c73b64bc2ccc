/** Revisions as entity tags (RFC 9110): what was read goes back in `If-Match`, and is still so. */
import { fieldProblem, ProblemException } from './problem.js';

export const entityTag = (revision: number): string => `"${revision}"`;

/** What has to be there for a change to be made: one revision of it, or nothing of that id. */
export type Expected = number | 'absent';

/** What is done only if something holds; as the headers came. */
export interface Conditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

/**
 * What `If-Match` or `If-None-Match` expects; undefined where the caller does not care.
 * @throws ProblemException 400 for what no `ETag` of ours has ever been, and what is no condition here
 */
export function expectedBy({ ifMatch, ifNoneMatch }: Conditions): Expected | undefined {
  if (ifNoneMatch === undefined) return ifMatch === undefined ? undefined : revisionIn(ifMatch);
  const message =
    ifMatch !== undefined
      ? 'must not stand beside If-Match: nothing can be both'
      : 'must be *, for what is to be made only where it is not there yet';
  if (ifMatch === undefined && ifNoneMatch.trim() === '*') return 'absent';
  throw fieldProblem(400, [{ field: 'If-None-Match', message }]);
}

function revisionIn(ifMatch: string): number {
  const [, digits] = /^"([1-9]\d{0,9})"$/.exec(ifMatch) ?? [];
  if (digits !== undefined) return Number(digits);
  const message = 'must be the ETag of an earlier answer: one revision in quotes, as "3"';
  throw fieldProblem(400, [{ field: 'If-Match', message }]);
}

/** @param revision the one it has now; undefined where there is nothing of that id */
export const movedProblem = (
  what: string,
  revision: number | undefined,
  expected?: Expected,
): ProblemException => {
  const extras = revision === undefined ? {} : { revision };
  if (expected === 'absent') {
    const detail = `${what} is at revision ${revision}: it was left as it is.`;
    return new ProblemException(412, 'It is there already', detail, extras);
  }
  const now = revision === undefined ? 'is not there' : `is at revision ${revision} by now`;
  const detail = `${what} ${now}: read it again, and decide again.`;
  return new ProblemException(412, 'It is no longer as it was read', detail, extras);
};
