import { fieldProblem, isDay } from '#platform';

/**
 * The midnight (UTC) with which a day begins.
 * @param text YYYY-MM-DD
 * @throws ProblemException 400 for what is no day, 422 for one before 1970
 */
export function dayParameter(field: string, text: string): Date {
  if (!isDay(text)) throw fieldProblem(400, [{ field, message: 'must be a day, as 2026-11-26' }]);
  const date = new Date(`${text}T00:00:00Z`);
  // Neither the provider nor the database knows such days: they would be asked about for ever.
  if (date.getTime() < 0) throw fieldProblem(422, [{ field, message: 'must not lie before 1970' }]);
  return date;
}
