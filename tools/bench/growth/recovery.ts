/** How completions are spread over time. Pure. */
import type { Point } from './results.js';

const BINS = 60;
const LEAST_BIN_S = 1;

/** Completions a second, by stretches of time as long as whole seconds; each point is its end. */
export function ratesOf(completedS: readonly number[]): Point[] {
  const last = completedS.reduce((most, atS) => Math.max(most, atS), 0);
  const binS = Math.max(LEAST_BIN_S, Math.ceil(last / BINS));
  const counts = Array.from({ length: Math.max(1, Math.ceil(last / binS)) }, () => 0);
  for (const atS of completedS) {
    const bin = Math.min(counts.length - 1, Math.max(0, Math.floor(atS / binS)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts.map((count, index) => ({ seconds: (index + 1) * binS, value: count / binS }));
}
