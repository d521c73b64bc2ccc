/** What many runs came to, together. */
import { SITUATIONS } from './check/situations.js';
import { LEAST_FAULT_KINDS } from './plan.js';
import type { RunResult } from './run.js';
import { FAULT_KINDS } from './world/faults.js';

/** Broken promises of one seed. */
export interface Failure {
  readonly seed: number;
  readonly violations: readonly string[];
}

export interface Summary {
  seeds: number;
  orders: number;
  steps: number;
  leastSteps: number;
  virtualMs: number;
  leastFaultKinds: number;
  readonly faults: Record<string, number>;
  /** In how many seeds each situation was met. */
  readonly situations: Record<string, number>;
  readonly logged: Record<string, number>;
  readonly failures: Failure[];
}

export const emptySummary = (): Summary => ({
  seeds: 0,
  orders: 0,
  steps: 0,
  leastSteps: Infinity,
  virtualMs: 0,
  leastFaultKinds: Infinity,
  faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])),
  situations: Object.fromEntries(SITUATIONS.map((name) => [name, 0])),
  logged: {},
  failures: [],
});

export function add(summary: Summary, result: RunResult): void {
  const { faults, situations, logged, violations, seed } = result;
  summary.seeds += 1;
  summary.orders += result.orders;
  summary.steps += result.steps;
  summary.leastSteps = Math.min(summary.leastSteps, result.steps);
  summary.virtualMs += result.virtualMs;
  summary.leastFaultKinds = Math.min(summary.leastFaultKinds, Object.keys(faults).length);
  sum(summary.faults, faults);
  for (const name of Object.keys(situations)) {
    summary.situations[name] = (summary.situations[name] ?? 0) + 1;
  }
  sum(summary.logged, logged);
  if (violations.length > 0) summary.failures.push({ seed, violations });
}

/** Adds what another thread has counted. */
export function merge(summary: Summary, other: Summary): void {
  summary.seeds += other.seeds;
  summary.orders += other.orders;
  summary.steps += other.steps;
  summary.leastSteps = Math.min(summary.leastSteps, other.leastSteps);
  summary.virtualMs += other.virtualMs;
  summary.leastFaultKinds = Math.min(summary.leastFaultKinds, other.leastFaultKinds);
  sum(summary.faults, other.faults);
  sum(summary.situations, other.situations);
  sum(summary.logged, other.logged);
  summary.failures.push(...other.failures);
}

const sum = (into: Record<string, number>, from: Readonly<Record<string, number>>): void => {
  for (const [name, count] of Object.entries(from)) into[name] = (into[name] ?? 0) + count;
};

export const neverMet = ({ situations }: Summary): string[] =>
  SITUATIONS.filter((name) => situations[name] === 0);

/** What every world must have at least. */
const LEAST = { orders: 20, steps: 300, faultKinds: LEAST_FAULT_KINDS };

/** In what there was a world that had less than that; a tally of before may have one. */
export const tooKind = ({ seeds, orders, leastSteps, leastFaultKinds }: Summary): string[] => [
  ...(orders < LEAST.orders * seeds ? [`fewer than ${LEAST.orders} orders a world`] : []),
  ...(leastSteps < LEAST.steps ? [`${leastSteps} steps in one, not ${LEAST.steps}`] : []),
  ...(leastFaultKinds < LEAST.faultKinds
    ? [`${leastFaultKinds} kinds of faults in one, not ${LEAST.faultKinds}`]
    : []),
];
