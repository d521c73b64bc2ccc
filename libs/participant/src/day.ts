/** UTC days: YYYY-MM-DD in messages and rows, counted from 1970-01-01 in calculations. */
const DAY_MS = 24 * 60 * 60 * 1000;

export const dayNumber = (at: Date): number => Math.floor(at.getTime() / DAY_MS);

/** Of a text that is a day. */
export const numberOfDay = (day: string): number => Date.parse(day) / DAY_MS;

/** Midnight (UTC) at the start of a day. */
export const startOfDay = (number: number): Date => new Date(number * DAY_MS);

export const dayText = (number: number): string => startOfDay(number).toISOString().slice(0, 10);

export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const at = new Date(text);
  // Date.parse takes 30 February for 2 March.
  return !Number.isNaN(at.getTime()) && at.getUTCDate() === Number(text.slice(8));
}
