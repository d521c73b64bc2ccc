import { planOf } from './plan.js';
import { run } from './run.js';
import { add, emptySummary, type Summary } from './summary.js';

/** A world whose code throws where nobody catches it has failed; the next one must not suffer. */
export async function runSeeds(
  seeds: Iterable<number>,
  onProgress: (summary: Summary) => void = () => undefined,
): Promise<Summary> {
  const summary = emptySummary();
  for (const seed of seeds) {
    add(summary, await run(planOf(seed)));
    onProgress(summary);
  }
  return summary;
}
