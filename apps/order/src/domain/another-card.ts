/** Whether an order takes another card: as many as were declined, and no more than anybody has. */

/** How often cards of an order were declined, and replaced, so far. */
export interface Cards {
  readonly declined: number;
  readonly given: number;
  readonly lastGivenAt: Date | null;
}

/** Whoever tries more than this tries cards, and does not pay. */
export const MOST_CARDS = 10;

/**
 * A card that came before its saga had heard of the decline was not tried, and nothing will be heard of
 * it: whoever has waited so long may give one again.
 */
export const PATIENCE_MS = 5_000;

export type CardVerdict = 'wanted' | 'not-declined' | 'too-many';

export function anotherCard({ declined, given, lastGivenAt }: Cards, now: Date): CardVerdict {
  if (given >= MOST_CARDS) return 'too-many';
  if (declined > given) return 'wanted';
  const isForgotten = lastGivenAt !== null && +now - +lastGivenAt >= PATIENCE_MS;
  return declined > 0 && isForgotten ? 'wanted' : 'not-declined';
}
