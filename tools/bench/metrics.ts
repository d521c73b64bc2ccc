/** The figures of the tables and plots, each out of what was measured. */
import type { Attempt, Measurement, MeasurementName } from './measure.js';

export interface Metric {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  readonly moreIsBetter: boolean;
  /** Undefined: not measured, or void. */
  of(attempt: Attempt): number | undefined;
}

const MEBI = 1024 * 1024;

export const METRICS: readonly Metric[] = [
  metric('sagas-per-second', 'throughput', 'sagas/s', true, 'throughput', perSecond),
  metric('sagas-per-second-declined', '20 % declined', 'sagas/s', true, 'declined', perSecond),
  metric('half-p50', 'half load p50', 'ms', false, 'half', ({ result }) => result.p50),
  metric('half-p99', 'half load p99', 'ms', false, 'half', ({ result }) => result.p99),
  metric('idle-p50', 'idle p50', 'ms', false, 'idle', ({ result }) => result.p50),
  metric('idle-p99', 'idle p99', 'ms', false, 'idle', ({ result }) => result.p99),
  metric('cpu-ms', 'CPU a saga', 'ms', false, 'throughput', ({ usage, ...m }) =>
    perSaga(usage.cpuMs / usage.seconds, m),
  ),
  metric('written-kib', 'written a saga', 'KiB', false, 'throughput', ({ usage, ...m }) =>
    usage.writtenBytes === undefined
      ? undefined
      : perSaga(usage.writtenBytes / 1024 / usage.seconds, m),
  ),
  metric('peak-mib', 'memory at most', 'MiB', false, 'throughput', ({ usage }) =>
    usage.peakBytes > 0 ? usage.peakBytes / MEBI : undefined,
  ),
];

function metric(
  key: string,
  title: string,
  unit: string,
  moreIsBetter: boolean,
  from: MeasurementName,
  value: (measurement: Measurement) => number | undefined,
): Metric {
  return {
    key,
    title,
    unit,
    moreIsBetter,
    of({ measurements }) {
      const measurement = measurements[from];
      if (measurement === undefined || measurement.problems.length > 0) return undefined;
      return value(measurement);
    },
  };
}

function perSecond({ result }: Measurement): number {
  return result.sagas / result.seconds;
}

/** Both are rates: the meter's window and the contender's are a few milliseconds apart. */
function perSaga(ratePerSecond: number, measured: Pick<Measurement, 'result'>): number | undefined {
  const sagas = measured.result.sagas / measured.result.seconds;
  return sagas > 0 ? ratePerSecond / sagas : undefined;
}
