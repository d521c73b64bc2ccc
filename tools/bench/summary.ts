/** The medians of all rounds, and the ratios to the first contender. */
import type { ContenderSpec } from './contenders.js';
import type { Attempt } from './measure.js';
import { METRICS } from './metrics.js';
import { ratiosOf, spreadOf, type Spread } from './statistics.js';

export interface ContenderSummary {
  readonly name: string;
  readonly title: string;
  /** By the metric's key. */
  readonly figures: Readonly<Record<string, Spread | undefined>>;
  /** How many times better the first contender was, by the metric's key. */
  readonly ratios: Readonly<Record<string, Spread | undefined>>;
}

/** In the order of the contenders; those without any attempt are left out. */
export function summarise(
  specs: readonly ContenderSpec[],
  attempts: readonly Attempt[],
): ContenderSummary[] {
  const present = specs.filter(({ name }) => attempts.some(({ contender }) => contender === name));
  const rounds = Math.max(0, ...attempts.map(({ round }) => round));
  const valuesOf = (name: string, of: (attempt: Attempt) => number | undefined) =>
    Array.from({ length: rounds }, (_, index) => {
      const at = (attempt: Attempt) => attempt.contender === name && attempt.round === index + 1;
      const attempt = attempts.find(at);
      return attempt && of(attempt);
    });
  const [first] = present;
  return present.map(({ name, title }) => {
    const figures: Record<string, Spread | undefined> = {};
    const ratios: Record<string, Spread | undefined> = {};
    for (const { key, moreIsBetter, of } of METRICS) {
      const values = valuesOf(name, of);
      figures[key] = spreadOf(values.filter((value) => value !== undefined));
      if (first === undefined || name === first.name) continue;
      ratios[key] = spreadOf(ratiosOf(valuesOf(first.name, of), values, moreIsBetter));
    }
    return { name, title, figures, ratios };
  });
}
