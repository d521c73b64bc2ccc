/** Medians of all rounds by level, and ratios to the first level within each round. Pure. */
import { ratiosOf, spreadOf, type Spread } from '../statistics.js';
import type { LevelRun, LevelsResult } from './results.js';

export interface GrowthMetric {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  /** Undefined: void. */
  of(run: LevelRun): number | undefined;
}

const rateOf = ({ throughput: { result } }: LevelRun): number => result.sagas / result.seconds;

/** Both are rates: the meter's window and the load's are a few milliseconds apart. */
const cpuMsOf = (run: LevelRun): number => {
  const { cpuMs, seconds } = run.throughput.usage;
  return cpuMs / seconds / rateOf(run);
};

const unlessVoid =
  (of: (run: LevelRun) => number) =>
  (run: LevelRun): number | undefined =>
    run.problems.length > 0 ? undefined : of(run);

export const GROWTH_METRICS: readonly GrowthMetric[] = [
  { key: 'rate', title: 'throughput', unit: 'sagas/s', of: unlessVoid(rateOf) },
  { key: 'p99', title: 'p99', unit: 'ms', of: unlessVoid((run) => run.throughput.result.p99) },
  {
    key: 'half-p99',
    title: 'half load p99',
    unit: 'ms',
    of: unlessVoid((run) => run.half.result.p99),
  },
  { key: 'cpu', title: 'CPU a saga', unit: 'ms', of: unlessVoid(cpuMsOf) },
];

export interface LevelSummary {
  readonly level: number;
  /** By the metric's key. */
  readonly figures: Readonly<Record<string, Spread | undefined>>;
  /** So many times the first level's, by the metric's key; none for the first level itself. */
  readonly ratios: Readonly<Record<string, Spread | undefined>>;
  readonly voids: number;
}

export function summariseLevels({ levels, runs }: LevelsResult): LevelSummary[] {
  const [base] = levels;
  const rounds = Math.max(0, ...runs.map(({ round }) => round));
  const valuesOf = (level: number | undefined, { of }: GrowthMetric) =>
    Array.from({ length: rounds }, (_, index) => {
      const run = runs.find((one) => one.level === level && one.round === index + 1);
      return run && of(run);
    });
  return levels.map((level) => {
    const figures: Record<string, Spread | undefined> = {};
    const ratios: Record<string, Spread | undefined> = {};
    for (const metric of GROWTH_METRICS) {
      const values = valuesOf(level, metric);
      figures[metric.key] = spreadOf(values.filter((value) => value !== undefined));
      if (level === base) continue;
      ratios[metric.key] = spreadOf(ratiosOf(values, valuesOf(base, metric), true));
    }
    const voids = runs.filter((run) => run.level === level && run.problems.length > 0).length;
    return { level, figures, ratios, voids };
  });
}
