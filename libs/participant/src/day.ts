const DAY_MS = 24 * 60 * 60 * 1000;

/** The UTC day of a moment, YYYY-MM-DD; days in this form compare as texts. */
export const utcDay = (at: Date): string => at.toISOString().slice(0, 10);

/** Midnight (UTC) at the start of a day. */
export const startOfDay = (day: string): Date => new Date(`${day}T00:00:00Z`);

export const addDays = (day: string, days: number): string =>
  utcDay(new Date(startOfDay(day).getTime() + days * DAY_MS));

export const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) &&
  !Number.isNaN(startOfDay(text).getTime()) &&
  utcDay(startOfDay(text)) === text;
