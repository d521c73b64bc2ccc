/** What `accept` prints. */
import { figure, table } from '../report.js';
import type { Mode } from './arguments.js';
import type { Measurement } from './measure.js';

const TITLES: Readonly<Record<Mode, string>> = { paused: 'sagas paused', running: 'sagas running' };

const HEAD = [
  '',
  ...['req/s', 'mean, ms', 'P50, ms', 'P95, ms', 'P99, ms', 'max, ms', 'failures'],
  ...['CPU-ms a request', 'taken by others', 'backlog, orders', 'gone after, s', 'audit'],
];

export const titleOf = ({ mode, connections }: Pick<Measurement, 'mode' | 'connections'>): string =>
  `${TITLES[mode]}, ${connections} connections`;

/** One line a measurement. */
export function acceptTable(measurements: readonly Measurement[], cores: number): string {
  return table([HEAD, ...measurements.map((measurement) => row(measurement, cores))]);
}

function row(measurement: Measurement, cores: number): string[] {
  const { figures, usage, backlog, problems } = measurement;
  const { meanMs, p50Ms, p95Ms, p99Ms, maxMs } = figures;
  const rate = figures.accepted / figures.seconds;
  const cpuMs = rate > 0 ? usage.cpuMs / usage.seconds / rate : 0;
  const isVoid = problems.length > 0;
  const numbers = [rate, meanMs, p50Ms, p95Ms, p99Ms, maxMs];
  return [
    titleOf(measurement),
    ...numbers.map((value) => (isVoid ? 'void' : figure(value))),
    figure(failuresOf(measurement)),
    isVoid ? 'void' : figure(cpuMs),
    percentOfOthers(measurement, cores),
    ...backlogCells(backlog),
    isVoid ? 'FAILED' : 'ok',
  ];
}

function backlogCells(backlog: Measurement['backlog']): string[] {
  if (backlog === undefined) return ['-', '-'];
  const { orders, seconds, left } = backlog;
  return [figure(orders), left > 0 ? 'never' : figure(seconds)];
}

/** Of the processors, within the window. */
function percentOfOthers({ usage }: Measurement, cores: number): string {
  const wholeMs = usage.seconds * 1000 * cores;
  const othersMs = usage.foreignCpuMs + usage.stolenCpuMs;
  return `${Math.round(wholeMs > 0 ? (100 * othersMs) / wholeMs : 0)} %`;
}

const failuresOf = ({ figures }: Measurement): number =>
  Object.values(figures.failures).reduce((sum, count) => sum + count, 0);

/** What is void, what failed, and why. */
export function acceptRemarks(measurements: readonly Measurement[]): string[] {
  return measurements.flatMap((measurement) => {
    const { problems, figures, backlog } = measurement;
    const title = titleOf(measurement);
    const failures = Object.entries(figures.failures).map(([what, count]) => `${count} × ${what}`);
    return [
      ...(problems.length === 0 ? [] : [`void: ${title}: ${problems.join('; ')}`]),
      ...(failures.length === 0 ? [] : [`failures: ${title}: ${failures.join('; ')}`]),
      ...(backlog === undefined || backlog.left > 0
        ? []
        : [`${title}: backlog gone after ${figure(backlog.seconds)} s`]),
    ];
  });
}
