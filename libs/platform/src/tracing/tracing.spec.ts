import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  ParentBasedSampler,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { openTelemetry, tracingOf } from './open-telemetry.js';
import { isTracingWanted, startTracing } from './start-tracing.js';
import { readTraceparent } from './traceparent.js';
import { asCall, inSpan, installTracing, spanBelow, tracing, within } from './tracing.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const sampled = `00-${TRACE}-${PARENT}-01`;
const unsampled = `00-${TRACE}-${PARENT}-00`;
const start = { name: 'work', kind: 'consumer', attributes: { a: 1 } } as const;

let exporter: InMemorySpanExporter;
beforeEach(() => {
  exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  installTracing(tracingOf(provider));
});
afterEach(() => installTracing(undefined));

const spans = () => exporter.getFinishedSpans();

describe('a span below what a message came with', () => {
  it('belongs to its trace, and names itself to what follows', () => {
    const span = spanBelow(sampled, () => start);
    expect(readTraceparent(span?.traceparent)).toMatchObject({ traceId: TRACE, sampled: true });
    expect(spans()).toEqual([]);
    span?.set({ b: 'x' });
    span?.end();
    expect(spans()).toMatchObject([
      { name: 'work', kind: SpanKind.CONSUMER, attributes: { a: 1, b: 'x' } },
    ]);
    expect(spans()[0]?.parentSpanContext?.spanId).toBe(PARENT);
  });

  it.each([
    ['is not sampled', unsampled],
    ['is none', undefined],
    ['is nonsense', 'nonsense'],
  ])('is not made where that %s', (_, traceparent) => {
    expect(spanBelow(traceparent, () => start)).toBeUndefined();
  });

  it('is not even described while tracing is off', () => {
    installTracing(undefined);
    const never = () => {
      throw new Error('asked');
    };
    expect(spanBelow(sampled, never)).toBeUndefined();
  });
});

describe('where a request comes in', () => {
  it('a trace is begun, or taken over with the decision whether to sample it', () => {
    const own = tracing()?.enter(undefined, start);
    expect(readTraceparent(own?.traceparent)).toMatchObject({ sampled: true });
    const taken = readTraceparent(tracing()?.enter(sampled, start).traceparent);
    expect(taken).toMatchObject({ traceId: TRACE, sampled: true });
    expect(taken?.spanId).not.toBe(PARENT);
    expect(readTraceparent(tracing()?.enter(unsampled, start).traceparent)).toMatchObject({
      traceId: TRACE,
      sampled: false,
    });
  });
});

describe('calls to others', () => {
  const call = { name: 'call', kind: 'client' } as const;

  it('are below what is being done', async () => {
    const answer = await inSpan(
      sampled,
      () => start,
      () =>
        asCall(
          () => call,
          (span) => Promise.resolve(span?.traceparent),
        ),
    );
    const [inner, outer] = spans();
    expect(inner).toMatchObject({ name: 'call', kind: SpanKind.CLIENT });
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    expect(readTraceparent(answer)?.spanId).toBe(inner?.spanContext().spanId);
  });

  it('are no spans outside of one, nor below one that is not sampled', async () => {
    const ask = () =>
      asCall(
        () => call,
        (span) => Promise.resolve(span),
      );
    expect(await ask()).toBeUndefined();
    const quiet = tracing()?.enter(unsampled, start);
    expect(quiet && (await within(quiet, ask))).toBeUndefined();
    expect(spans()).toEqual([]);
  });

  it('that fail are shown as failed, and fail', async () => {
    const failing = inSpan(
      sampled,
      () => start,
      () => Promise.reject(new Error('no answer')),
    );
    await expect(failing).rejects.toThrow('no answer');
    expect(spans()).toMatchObject([
      { status: { code: SpanStatusCode.ERROR, message: 'no answer' } },
    ]);
    expect(spans()[0]?.events).toMatchObject([{ name: 'exception' }]);
  });
});

describe('the switch', () => {
  const ENDPOINT = 'http://127.0.0.1:1';

  it.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ENDPOINT }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }, false],
  ])('%j is %s', (env, wanted) => {
    expect(isTracingWanted(env)).toBe(wanted);
  });

  it('leaves everything off where it is off, and turns it off at the end', async () => {
    installTracing(undefined);
    expect(await startTracing('demo', {})).toBeUndefined();
    expect(tracing()).toBeUndefined();
    const stop = await startTracing('demo', { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT });
    expect(tracing()).toBeDefined();
    await stop?.();
    expect(tracing()).toBeUndefined();
  });

  it('never takes a part of a trace that is not sampled', async () => {
    const always = openTelemetry('demo', { OTEL_TRACES_SAMPLER: 'always_on' });
    expect(always.below(unsampled, start)).toBeUndefined();
    await always.stop();
  });

  it('refuses settings that mean nothing', () => {
    const env = { OTEL_TRACES_SAMPLER: 'sometimes', OTEL_TRACES_SAMPLER_ARG: '1.5' };
    expect(() => openTelemetry('demo', env)).toThrow(
      /OTEL_TRACES_SAMPLER: .*OTEL_TRACES_SAMPLER_ARG: must be a number from 0 to 1/,
    );
  });

  it.each([
    ['parentbased_always_on', undefined, 100, 100],
    ['always_off', undefined, 0, 0],
    ['parentbased_always_off', undefined, 0, 100],
    ['parentbased_traceidratio', '0', 0, 100],
    ['traceidratio', '0.5', 50, 50],
  ])(
    '%s %s samples of 100 new traces %s, of 100 sampled ones %s',
    async (name, share, own, taken) => {
      const sampler = { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: share };
      const made = openTelemetry('demo', { ...sampler, OTEL_BSP_MAX_QUEUE_SIZE: '1' });
      const count = (traceparent: (n: number) => string | undefined): number =>
        Array.from({ length: 100 }, (_, n) => made.enter(traceparent(n), start)).filter(
          (span) => readTraceparent(span.traceparent)?.sampled,
        ).length;
      const about = (figure: number) => (figure === 50 ? [20, 80] : [figure, figure]);
      const [ownMin = 0, ownMax = 0] = about(own);
      const [takenMin = 0, takenMax = 0] = about(taken);
      const counted = [count(() => undefined), count(traceOf)] as const;
      await made.stop();
      expect(counted[0]).toBeGreaterThanOrEqual(ownMin);
      expect(counted[0]).toBeLessThanOrEqual(ownMax);
      expect(counted[1]).toBeGreaterThanOrEqual(takenMin);
      expect(counted[1]).toBeLessThanOrEqual(takenMax);
    },
  );
});

/** Trace ids spread over all of their range. */
const traceOf = (n: number): string => {
  const id = (BigInt(n + 1) * 0x9e3779b97f4a7c15f39cc0605cedc835n) & ((1n << 128n) - 1n);
  return `00-${id.toString(16).padStart(32, '0')}-${PARENT}-01`;
};
