import { fieldProblem, TextField } from '#platform';
import { isDay } from '../domain/days.js';

export const DayField = (options: { optional?: boolean; description: string }): PropertyDecorator =>
  TextField({
    ...options,
    min: 10,
    max: 10,
    pattern: /^\d{4}-\d{2}-\d{2}$/,
    shape: 'a day, as 2026-11-26',
    example: '2026-11-26',
  });

/** @throws ProblemException 400 for a day that no calendar has */
export function checkedDay(field: string, day: string): string {
  if (isDay(day) && day >= '1970-01-01') return day;
  throw fieldProblem(400, [{ field, message: 'must be a day of the calendar, as 2026-11-26' }]);
}

export const checkedDayIfAny = (field: string, day: string | undefined): string | undefined =>
  day === undefined ? undefined : checkedDay(field, day);
