import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Headers, Module, Query } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  ParentBasedSampler,
  AlwaysOnSampler,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { HealthModule } from '../health/health.module.js';
import { createLogger } from '../logger.js';
import { OutboundHttp } from '../outbound/outbound-http.js';
import { tracingOf } from '../tracing/open-telemetry.js';
import { readTraceparent } from '../tracing/traceparent.js';
import { installTracing } from '../tracing/tracing.js';
import { createHttpApp } from './app.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

let other: Server;
/** What the other party was told. */
let told: string | undefined;
let outbound: OutboundHttp;

@Controller('things')
class Things {
  @Get(':id')
  async get(@Query('secret') secret?: string, @Headers('traceparent') traceparent?: string) {
    await outbound.request({ method: 'GET', path: '/secret?token=x' });
    return { traceparent, isSecret: secret !== undefined };
  }

  @Get(':id/fault')
  fault(): never {
    throw new Error('a fault');
  }
}
@Module({ imports: [HealthModule.forRoot()], controllers: [Things] })
class AppModule {}

let exporter: InMemorySpanExporter;
let app: NestFastifyApplication;
const begin = async (): Promise<void> => {
  const logger = createLogger({ service: 'demo', level: 'silent' });
  app = await createHttpApp(AppModule, { service: 'demo', title: 'Demo', logger, openapi: false });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
};
beforeEach(async () => {
  other = createServer((request, response) => {
    told = request.headers['traceparent'] as string | undefined;
    response.end('{}');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  outbound = new OutboundHttp({ target: 'other', baseUrl: `http://127.0.0.1:${port}` });
  exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  installTracing(tracingOf(provider));
});
afterEach(async () => {
  installTracing(undefined);
  await app.close();
  await outbound.close();
  await new Promise((resolve) => other.close(resolve));
});

const ask = async (url: string, traceparent?: string) => {
  const answer = await app.inject({ url, headers: traceparent ? { traceparent } : {} });
  return {
    status: answer.statusCode,
    traceparent: answer.json<{ traceparent?: string }>().traceparent,
  };
};
const spans = () => exporter.getFinishedSpans();

describe('a request', () => {
  it('is a span below its caller, which what it causes and whom it calls are told of', async () => {
    await begin();
    const { traceparent } = await ask('/things/1?secret=x', `00-${TRACE}-${PARENT}-01`);
    const [call, request] = spans();
    expect(request).toMatchObject({
      name: 'GET /things/:id',
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/things/:id',
        'url.path': '/things/1',
        'http.response.status_code': 200,
      },
    });
    expect(request?.parentSpanContext?.spanId).toBe(PARENT);
    expect(readTraceparent(traceparent)).toEqual({
      traceId: TRACE,
      spanId: request?.spanContext().spanId,
      sampled: true,
    });
    expect(call).toMatchObject({
      name: 'GET other',
      kind: SpanKind.CLIENT,
      attributes: { 'url.path': '/secret' },
    });
    expect(call?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
    expect(readTraceparent(told)?.spanId).toBe(call?.spanContext().spanId);
  });

  it('whose caller wants no span has none, and nor has what it causes', async () => {
    await begin();
    const { traceparent } = await ask('/things/1', `00-${TRACE}-${PARENT}-00`);
    expect(readTraceparent(traceparent)).toMatchObject({ traceId: TRACE, sampled: false });
    expect(told).toBeUndefined();
    expect(spans()).toEqual([]);
  });

  it('begins a trace where it brings none, or nonsense', async () => {
    await begin();
    const { traceparent } = await ask('/things/1', 'nonsense');
    expect(readTraceparent(traceparent)).toMatchObject({ sampled: true });
    expect(readTraceparent(traceparent)?.traceId).not.toBe(TRACE);
  });

  it('that fails by our fault is a failed span', async () => {
    await begin();
    expect((await ask('/things/1/fault')).status).toBe(500);
    expect(spans()).toMatchObject([
      { name: 'GET /things/:id/fault', status: { code: SpanStatusCode.ERROR } },
    ]);
  });

  it('by which machines look whether it lives is no span', async () => {
    await begin();
    for (const url of ['/health/live', '/health']) await ask(url);
    await app.inject({ url: '/metrics' });
    expect(spans()).toEqual([]);
  });

  it('is passed on as it came while tracing is off', async () => {
    installTracing(undefined);
    await begin();
    const { traceparent } = await ask('/things/1', `00-${TRACE}-${PARENT}-01`);
    expect(traceparent).toBe(`00-${TRACE}-${PARENT}-01`);
    expect(told).toBeUndefined();
    expect(spans()).toEqual([]);
  });
});
