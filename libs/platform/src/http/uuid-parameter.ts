import { fieldProblem } from './problem.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** In lower case, as the database writes them. */
export const isUuid = (text: string): boolean => UUID.test(text);

/**
 * A UUID from a path, in the lower case in which the database writes it.
 * @throws ProblemException 400 that names the parameter
 */
export function uuidParameter(name: string, value: string): string {
  const uuid = value.toLowerCase();
  if (UUID.test(uuid)) return uuid;
  throw fieldProblem(400, [{ field: name, message: 'must be a UUID' }]);
}
