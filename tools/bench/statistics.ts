/** A figure of several rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Undefined when there is no value at all. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return undefined;
  const upper = sorted[Math.floor(sorted.length / 2)] ?? max;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? min;
  return { median: (lower + upper) / 2, min, max };
}

/**
 * The ratios of two contenders, each within one round: what the machine did to that round, it did
 * to both. Rounds that lack either figure are left out.
 */
export function ratiosOf(
  ours: readonly (number | undefined)[],
  theirs: readonly (number | undefined)[],
  moreIsBetter: boolean,
): number[] {
  return ours.flatMap((own, round) => {
    const other = theirs[round];
    if (own === undefined || other === undefined || own <= 0 || other <= 0) return [];
    return [moreIsBetter ? own / other : other / own];
  });
}
