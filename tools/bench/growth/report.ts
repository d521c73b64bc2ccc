/** What `growth` prints: tables of markdown, and what makes a figure void. */
import type { RunResult } from '../../../bench/contract.js';
import { percentile } from '../../../bench/load.js';
import { figure, markdown, spread } from '../report.js';
import type {
  BacklogResult,
  Filled,
  GrowthResults,
  LevelRun,
  LevelsResult,
  MemoryResult,
} from './results.js';
import { GROWTH_METRICS, summariseLevels } from './summary.js';
import { trendsOf } from './trend.js';

const UNITS: Readonly<Record<string, string>> = {
  finished: 'finished sagas',
  waiting: 'waiting sagas',
  replicas: 'orchestrators',
  lines: 'lines an order',
};

export const unitOf = (part: string): string => UNITS[part] ?? part;
export const whole = (value: number): string => value.toLocaleString('en-US');

/** One line a level. */
export function levelsTable(found: LevelsResult): string {
  const head = [
    unitOf(found.part),
    ...GROWTH_METRICS.map(({ title, unit }) => `${title}, ${unit}`),
    ...['throughput, times the first', 'half load p99, times the first', 'audit'],
  ];
  const rows = summariseLevels(found).map(({ level, figures, ratios, voids }) => [
    whole(level),
    ...GROWTH_METRICS.map(({ key }) => spread(figures[key])),
    ...[spread(ratios['rate']), spread(ratios['half-p99'])],
    voids > 0 ? `${voids} void` : 'ok',
  ]);
  return markdown([head, ...rows]);
}

const GIGA = 1e9;
const MEBI = 1024 * 1024;

/** What the tables take on disk; empty when none was filled. */
export function sizesTable({ part, filled }: LevelsResult): string {
  if (filled.length === 0) return '';
  const head = [unitOf(part), 'instances, GB', 'indexes, GB', 'history, GB', 'indexes, GB'];
  const rows = filled.map((one) => [
    whole(one.level),
    ...[one.instances, one.history].flatMap(({ tableBytes, indexBytes }) => [
      figure(tableBytes / GIGA),
      figure(indexBytes / GIGA),
    ]),
    filledRate(one),
  ]);
  return markdown([[...head, 'filled, sagas/s'], ...rows]);
}

const filledRate = ({ level, seconds }: Filled): string =>
  level === 0 ? '-' : figure(level / seconds);

/** One line a process. */
export function memoryTable({ samples, problems }: MemoryResult): string {
  const isVoid = problems.length > 0;
  const head = ['process', 'first third, MiB', 'last third, MiB', 'slope, MiB an hour'];
  const rows = trendsOf(samples).map(({ process, firstThirdMib, lastThirdMib, mibPerHour }) => [
    process,
    ...[firstThirdMib, lastThirdMib, mibPerHour].map((value) => (isVoid ? 'void' : figure(value))),
  ]);
  return markdown([head, ...rows]);
}

export const memoryTitle = ({ rate, minutes, load }: MemoryResult): string =>
  `memory: ${figure(minutes)} minutes at ${figure(rate)} orders/s, ` +
  `${figure(load.result.sagas / load.result.seconds)} sagas/s done in time`;

export function backlogTable(found: BacklogResult): string {
  const { orders, placedInSeconds, seconds, orchestratorPeakBytes, latencies } = found;
  const sorted = latencies.map(({ value }) => value).toSorted((a, b) => a - b);
  const isVoid = found.problems.length > 0;
  const figures: [string, number][] = [
    ['orders accepted while it was away', orders],
    ['accepted, orders/s', orders / placedInSeconds],
    ['gone after, s', seconds],
    ['caught up, sagas/s', orders / seconds],
    ['memory of the orchestrator at most, MiB', orchestratorPeakBytes / MEBI],
    ['new orders meanwhile', latencies.length],
    ['their p50, s', percentile(sorted, 0.5) / 1000],
    ['their p99, s', percentile(sorted, 0.99) / 1000],
    ['their longest, s', percentile(sorted, 1) / 1000],
  ];
  const rows = figures.map(([name, value]) => [name, isVoid ? 'void' : figure(value)]);
  return markdown([['backlog', ''], ...rows]);
}

/** What is void, and what did not go as it should. */
export function growthRemarks({ levels, memory, backlog }: GrowthResults): string[] {
  return [
    ...levels.flatMap(levelsRemarks),
    ...(memory === undefined ? [] : voids('memory', memory.problems)),
    ...(memory === undefined ? [] : failures('memory', memory.load.result)),
    ...(backlog === undefined ? [] : voids('backlog', backlog.problems)),
    ...(backlog === undefined || backlog.failed === 0
      ? []
      : [`failures: backlog: ${backlog.failed} new orders were not accepted`]),
  ];
}

export const isClean = ({ levels, memory, backlog }: GrowthResults): boolean =>
  [...levels.flatMap(({ runs }) => runs), memory, backlog].every(
    (found) => (found?.problems ?? []).length === 0,
  );

const levelsRemarks = ({ part, runs }: LevelsResult): string[] =>
  runs.flatMap((run) => {
    const where = `${part}, ${whole(run.level)}, round ${run.round}`;
    return [...voids(where, run.problems), ...loads(where, run)];
  });

const loads = (where: string, { throughput, half }: LevelRun): string[] => [
  ...failures(`${where}, throughput`, throughput.result),
  ...failures(`${where}, half load`, half.result),
];

const voids = (where: string, problems: readonly string[]): string[] =>
  problems.length === 0 ? [] : [`void: ${where}: ${problems.join('; ')}`];

/** Orders that failed make no figure void: the audit says what became of them. */
function failures(where: string, { failed, unstarted, errors }: RunResult): string[] {
  return [
    ...(failed > 0 ? [`failures: ${where}: ${failed} orders: ${errors.join('; ')}`] : []),
    ...(unstarted > 0 ? [`late: ${where}: ${unstarted} orders were never placed`] : []),
  ];
}
