import { z } from 'zod';
import { milliseconds, wholeNumber } from '../settings.js';

/** The variables of OpenTelemetry that its libraries leave to us, under their standard names. */
export const tracingSettings = z.object({
  OTEL_SERVICE_NAME: z.string().optional(),
  /**
   * `parentbased_…`: a trace is taken whole or not at all, as whoever began it decided. Without that
   * prefix each service decides for itself, by the same trace id.
   */
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_always_on'),
  /** Share of the traces, 0 to 1, for the samplers that take one. */
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.\d+)?|1(\.0+)?|\.\d+)$/, 'must be a number from 0 to 1')
    .transform(Number)
    .default(1),
  OTEL_BSP_SCHEDULE_DELAY: milliseconds.default(5_000),
  OTEL_BSP_EXPORT_TIMEOUT: milliseconds.default(30_000),
  /** Spans beyond it are dropped: a batch of 500 messages ends three times as many at once. */
  OTEL_BSP_MAX_QUEUE_SIZE: wholeNumber(1, 1_000_000).default(8_192),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: wholeNumber(1, 100_000).default(512),
});
export type TracingSettings = z.output<typeof tracingSettings>;
