/** When a fact was, and in which month it is kept. */

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)$/;

/** What a database and its readers agree on; beyond are years of five digits, and the year 0. */
const FIRST_MOMENT = Date.parse('0001-01-01T00:00:00Z');
const LAST_MOMENT = Date.parse('9999-12-31T23:59:59.999Z');

/** Epoch ms of a fact's time; of one that is no time, `now`: it must not stop its topic. */
export function momentOf(time: string, now: number): number {
  const moment = RFC_3339.test(time) ? Date.parse(time) : NaN;
  return Number.isNaN(moment) ? now : Math.min(Math.max(moment, FIRST_MOMENT), LAST_MOMENT);
}

/** Facts of before are kept together: no system of ours had any. */
const FIRST_MONTH = '2020-01-01';
/** Facts dated further ahead than this come from a clock that is wrong, and are kept together. */
const MONTHS_AHEAD = 12;

export const PAST = '-infinity';
export const AHEAD = 'infinity';

/** The month that a fact of `at` is kept under: its first day, or `PAST` or `AHEAD`. */
export function monthOf(at: number, now: number): string {
  const isAhead = at >= Date.parse(addMonths(firstDay(now), MONTHS_AHEAD + 1));
  return isAhead ? AHEAD : monthFrom(at);
}

/** The first month that may hold facts of `at` and later ones, besides `AHEAD`. */
export const monthFrom = (at: number): string =>
  at < Date.parse(FIRST_MONTH) ? PAST : firstDay(at);

/** This month and the next ones, to be made ahead. */
export const monthsFrom = (now: number, count: number): string[] =>
  Array.from({ length: count }, (_, n) => addMonths(firstDay(now), n));

/** `month` is the first day of one. */
export function addMonths(month: string, count: number): string {
  const date = new Date(`${month}T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + count);
  return date.toISOString().slice(0, 10);
}

const firstDay = (at: number): string => `${new Date(at).toISOString().slice(0, 7)}-01`;
