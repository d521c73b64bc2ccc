import { fieldProblem } from '#platform';
import { missingOf, strangerOf, type Deed } from '../engine/wanted.js';

/** @throws ProblemException 400 that names what an action needs and has not, or has and does not take */
export function refuseMisfit(deed: Deed): void {
  const missing = missingOf(deed);
  if (missing !== undefined) {
    throw fieldProblem(400, [{ field: missing, message: `is needed to ${deed.action}` }]);
  }
  const stranger = strangerOf(deed);
  if (stranger === undefined) return;
  throw fieldProblem(400, [{ field: stranger, message: `says nothing to ${deed.action}` }]);
}
