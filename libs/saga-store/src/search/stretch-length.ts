/** How far a search reads at once, so that it ends in time and yet makes few statements. */

export interface StretchLimits {
  readonly firstStretch: number;
  readonly longestStretch: number;
}

export interface LastStretch {
  /** Ids it was to walk. */
  readonly length: number;
  readonly tookMs: number;
  /** It found as many as were asked for before it had looked at all that it walked. */
  readonly isCut: boolean;
}

/** Where little is found the next stretch is ten times as long. */
const GROWTH = 10;

/**
 * The length of the next stretch: no more than there is time for, going by how long the last one took.
 *
 * @param leftMs until the search has to end
 */
export function nextLength(
  { length, tookMs, isCut }: LastStretch,
  leftMs: number,
  { firstStretch, longestStretch }: StretchLimits,
): number {
  const wished = Math.min(isCut ? length : length * GROWTH, longestStretch);
  const affordable = Math.floor((leftMs / Math.max(tookMs, 1)) * length);
  return Math.max(firstStretch, Math.min(wished, affordable));
}
