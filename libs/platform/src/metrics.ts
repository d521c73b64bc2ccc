/**
 * One registry a process. The functions here answer the existing metric when it is asked for again,
 * so that modules declare what they measure where they measure it, and tests may build an
 * application twice.
 */
import {
  Counter,
  Gauge,
  Histogram,
  Registry,
  collectDefaultMetrics,
  type CounterConfiguration,
  type GaugeConfiguration,
  type HistogramConfiguration,
} from 'prom-client';

export const metricsRegistry = new Registry();

/**
 * How often the event loop's delay is looked at. Each look wakes the process: at Node's 10 ms that is most
 * of what an idle service does. A loop that is never late shows this much as its delay.
 */
const LOOP_DELAY_EVERY_MS = 50;

let processMetrics = false;

/** Adds Node's own metrics once; the service's name becomes a label of everything. */
export function startProcessMetrics(service: string): void {
  metricsRegistry.setDefaultLabels({ service });
  if (processMetrics) return;
  processMetrics = true;
  collectDefaultMetrics({
    register: metricsRegistry,
    eventLoopMonitoringPrecision: LOOP_DELAY_EVERY_MS,
  });
}

type Without<Configuration> = Omit<Configuration, 'registers'>;

export function counter<Label extends string>(
  configuration: Without<CounterConfiguration<Label>>,
): Counter<Label> {
  const existing = metricsRegistry.getSingleMetric(configuration.name);
  if (existing) return existing as Counter<Label>;
  return new Counter({ ...configuration, registers: [metricsRegistry] });
}

export function gauge<Label extends string>(
  configuration: Without<GaugeConfiguration<Label>>,
): Gauge<Label> {
  const existing = metricsRegistry.getSingleMetric(configuration.name);
  if (existing) return existing as Gauge<Label>;
  return new Gauge({ ...configuration, registers: [metricsRegistry] });
}

export function histogram<Label extends string>(
  configuration: Without<HistogramConfiguration<Label>>,
): Histogram<Label> {
  const existing = metricsRegistry.getSingleMetric(configuration.name);
  if (existing) return existing as Histogram<Label>;
  return new Histogram({ ...configuration, registers: [metricsRegistry] });
}
