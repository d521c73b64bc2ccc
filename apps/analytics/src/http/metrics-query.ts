/** What the decorators of the requests cannot check. */
import { type FieldError, fieldProblem, isDay, textOfCursor } from '#platform';
import type { MetricsPlace, MetricsQuery } from '../persistence/find-metrics.js';
import type { AnyMetricsQuery } from './metrics.dto.js';

const DEFAULT_ROWS = 100;
const DAY_MS = 86_400_000;
/** Ten years: more is asked for in parts. */
const MOST_DAYS = 3_660;

/** @throws ProblemException 400 */
export function metricsQuery(of: string, query: AnyMetricsQuery): MetricsQuery {
  const { currency, group_by: groupBy = 'day', cursor, limit = DEFAULT_ROWS } = query;
  const after = cursor === undefined ? undefined : placeOf(textOfCursor(cursor));
  return { of, ...daysOf(query), currency, groupBy, after, limit };
}

function daysOf({ date, from, to }: AnyMetricsQuery): { from: string; to: string } {
  const errors: FieldError[] = [];
  const add = (field: string, message: string): void => void errors.push({ field, message });
  for (const [field, day] of Object.entries({ date, from, to })) {
    if (day !== undefined && !isDay(day)) add(field, 'is no day that there is');
  }
  if (date !== undefined) {
    for (const [field, day] of Object.entries({ from, to })) {
      if (day !== undefined) add(field, 'must not stand beside date');
    }
  } else if (from === undefined && to === undefined) {
    add('date', 'is missing; give date, or from and to');
  } else {
    if (from === undefined) add('from', 'is missing: to stands alone');
    if (to === undefined) add('to', 'is missing: from stands alone');
  }
  if (errors.length === 0 && from !== undefined && to !== undefined) {
    const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
    if (days < 1) add('to', 'must not lie before from');
    if (days > MOST_DAYS) add('to', `must be at most ${MOST_DAYS} days from from`);
  }
  if (errors.length > 0) throw fieldProblem(400, errors);
  return { from: from ?? (date as string), to: to ?? (date as string) };
}

/** Of a row: what the next page lies behind. */
export const textOf = ({ period, currency }: MetricsPlace): string => `${period} ${currency}`;

function placeOf(text: string): MetricsPlace {
  const [period = '', currency = '', ...more] = text.split(' ');
  if (isDay(period) && more.length === 0) {
    return { period, currency };
  }
  throw fieldProblem(400, [
    { field: 'cursor', message: 'must be the nextCursor of a page before' },
  ]);
}
