/** Tracing by OpenTelemetry. Loaded only where tracing is on: see `startTracing`. */
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import { settings, type Environment } from '../settings.js';
import { readTraceparent, writeTraceparent } from './traceparent.js';
import { tracingSettings, type TracingSettings } from './tracing-settings.js';
import type { SpanStart, TraceSpan, Tracing } from './tracing.js';

/** A collector that does not answer must not keep the process from ending. */
const STOP_WITHIN_MS = 2_000;

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const satisfies Record<SpanStart['kind'], SpanKind>;

/** @throws SettingsError */
export function openTelemetry(service: string, env: Environment): Tracing {
  const given = settings(tracingSettings, env);
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(detectResources({ detectors: [envDetector] }))
      .merge(resourceFromAttributes({ 'service.name': given.OTEL_SERVICE_NAME ?? service })),
    sampler: samplerOf(given),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter(),
        scheduledDelayMillis: given.OTEL_BSP_SCHEDULE_DELAY,
        exportTimeoutMillis: given.OTEL_BSP_EXPORT_TIMEOUT,
        maxQueueSize: given.OTEL_BSP_MAX_QUEUE_SIZE,
        maxExportBatchSize: Math.min(
          given.OTEL_BSP_MAX_EXPORT_BATCH_SIZE,
          given.OTEL_BSP_MAX_QUEUE_SIZE,
        ),
      }),
    ],
  });
  return tracingOf(provider);
}

export function tracingOf(provider: TracerProvider): Tracing {
  const tracer = provider.getTracer('saga-orchestrator');
  const begin = ({ name, kind, attributes = {} }: SpanStart, context: Context): Span =>
    tracer.startSpan(name, { kind: KINDS[kind], attributes }, context);
  return {
    enter(traceparent, start) {
      const parent = readTraceparent(traceparent);
      return spanOf(begin(start, parent === undefined ? ROOT_CONTEXT : contextOf(parent)));
    },
    below(traceparent, start) {
      const parent = readTraceparent(traceparent);
      if (parent?.sampled !== true) return undefined;
      const span = begin(start, contextOf(parent));
      return span.isRecording() ? spanOf(span) : undefined;
    },
    async stop() {
      let cancel = (): void => undefined;
      const timedOut = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, STOP_WITHIN_MS);
        cancel = () => clearTimeout(timer);
      });
      // What could not be sent is lost; the exporter has said so itself.
      await Promise.race([provider.shutdown().catch(() => undefined), timedOut]);
      cancel();
    },
  };
}

const contextOf = (parent: NonNullable<ReturnType<typeof readTraceparent>>): Context =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId: parent.traceId,
    spanId: parent.spanId,
    traceFlags: parent.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  });

function spanOf(span: Span): TraceSpan {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const sampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
  return {
    traceparent: writeTraceparent({ traceId, spanId, sampled }),
    set: (attributes) => void span.setAttributes(attributes),
    fail: (error) => {
      const thrown = error instanceof Error ? error : new Error(String(error));
      span.recordException(thrown);
      span.setStatus({ code: SpanStatusCode.ERROR, message: thrown.message });
    },
    end: () => span.end(),
  };
}

function samplerOf({
  OTEL_TRACES_SAMPLER: name,
  OTEL_TRACES_SAMPLER_ARG: ratio,
}: TracingSettings): Sampler {
  const root = name.endsWith('always_on')
    ? new AlwaysOnSampler()
    : name.endsWith('always_off')
      ? new AlwaysOffSampler()
      : new TraceIdRatioBasedSampler(ratio);
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}
