/** Days are UTC, YYYY-MM-DD: as texts they sort in their order. */
const DAY_MS = 86_400_000;

/** @param moment RFC 3339, UTC */
export const dayOf = (moment: string): string => moment.slice(0, 10);

export const dayOfMs = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Epoch ms of its first moment. */
export const startOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);

export const dayAfter = (day: string): string => dayOfMs(startOf(day) + DAY_MS);
