/** Days and moments as requests name them. What a pattern lets through need not be in any calendar. */
import { TextField } from './fields.js';
import { fieldProblem } from './problem.js';

interface CalendarField {
  readonly optional?: boolean;
  readonly description?: string;
}

/** YYYY-MM-DD; see `checkedDay`. */
export const DayField = (options: CalendarField): PropertyDecorator =>
  TextField({
    ...options,
    min: 10,
    max: 10,
    pattern: /^\d{4}-\d{2}-\d{2}$/,
    shape: 'a day, as 2026-11-26',
    example: '2026-11-26',
  });

/** RFC 3339, with an offset; see `checkedMoment`. */
export const MomentField = (options: CalendarField): PropertyDecorator =>
  TextField({
    ...options,
    max: 40,
    pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/,
    shape: 'a moment with its offset (RFC 3339), as 2026-01-31T00:00:00+09:00',
    example: '2026-12-01T00:00:00Z',
  });

/** Whether there is such a day, and it is written YYYY-MM-DD. `Date` takes 30 February for 2 March. */
export function isDay(text: string): boolean {
  const start = Date.parse(`${text}T00:00:00Z`);
  // To Postgres there is no year 0.
  if (Number.isNaN(start) || text < '0001-01-01') return false;
  return new Date(start).toISOString().slice(0, 10) === text;
}

/** @throws ProblemException 400 for a day that no calendar has, or that lies before 1970 */
export function checkedDay(field: string, text: string): string {
  if (isDay(text) && text >= '1970-01-01') return text;
  const message = 'must be a day of the calendar from 1970 on, as 2026-11-26';
  throw fieldProblem(400, [{ field, message }]);
}

const LAST_YEAR = 9999;

/** @throws ProblemException 400 for a moment that there never was, or that Postgres cannot write */
export function checkedMoment(field: string, text: string): Date {
  const moment = new Date(text);
  const year = moment.getUTCFullYear();
  if (isDay(text.slice(0, 10)) && year >= 1 && year <= LAST_YEAR) return moment;
  throw fieldProblem(400, [{ field, message: 'is no moment of any calendar' }]);
}
