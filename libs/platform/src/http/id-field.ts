import { TextField } from './fields.js';
import { fieldProblem } from './problem.js';

/** As many as of other faults. */
const MOST_NAMED = 50;

/** Letters, digits and a few marks, so that it is safe in addresses, file names and logs. */
export const PLAIN_ID = /^[A-Za-z0-9][A-Za-z0-9 ._:+-]{0,63}$/;

/** An id that callers choose: of a product, of a customer. */
export const IdField = (example: string): PropertyDecorator =>
  TextField({
    max: 64,
    pattern: PLAIN_ID,
    shape: 'letters, digits, spaces and . _ : + - (a letter or digit first)',
    example,
  });

/**
 * For lists of which each entry has an id of its own.
 * @throws ProblemException 400 that names the entries whose id stood there before
 */
export function refuseRepeated(list: string, field: string, ids: readonly string[]): void {
  const seen = new Set<string>();
  const errors = ids.flatMap((id, index) => {
    const isRepeated = seen.has(id);
    seen.add(id);
    return isRepeated ? { field: `${list}.${index}.${field}`, message: 'is there twice' } : [];
  });
  if (errors.length > 0) throw fieldProblem(400, errors.slice(0, MOST_NAMED));
}
