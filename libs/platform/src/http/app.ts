import type { IncomingHttpHeaders } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestPinoLogger, type Logger } from '../logger.js';
import { histogram, metricsRegistry, startProcessMetrics } from '../metrics.js';
import { refuseConnection } from './client-error.js';
import { closeGracefully } from './graceful-close.js';
import { addOpenApi } from './openapi.js';
import {
  BODY_LIMIT_BYTES,
  ProblemFilter,
  type ProblemReply,
  type ProblemRequest,
} from './problem.filter.js';
import { ProblemException } from './problem.js';
import { keepRawBody } from './raw-body.js';
import { readJson } from './json-body.js';
import { KnownQuery, refuseBrokenQuery } from './known-query.js';
import { readOutRefused } from './refused-body.js';
import { RouteTable, type Route } from './routes.js';
import { traceRequests } from './trace-requests.js';
import { StrictValidationPipe } from './validation.js';

export interface HttpAppOptions {
  readonly service: string;
  /** Heading of the OpenAPI document. */
  readonly title: string;
  readonly logger: Logger;
  /** Serve `/openapi.json` and `/docs`. Default: true. */
  readonly openapi?: boolean;
  /** Routes that also get their body as it came, for a signature over it; see `rawBodyOf`. */
  readonly rawBodyRoutes?: readonly string[];
  /** Which faults pass by themselves and become 503 instead of 500. */
  readonly isUnavailable?: (error: unknown) => boolean;
}

/** For a whole request to arrive; slower clients are cut off. */
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * A Nest application on Fastify as every service has it: strict validation, problem details for
 * all errors, a 1 MB body limit, JSON only, `/metrics`, and the OpenAPI document.
 *
 * Signals are not handled here: `runMain` stops a service once and in order, and `app.close()` runs
 * Nest's shutdown hooks.
 */
export async function createHttpApp(
  module: Type | DynamicModule,
  options: HttpAppOptions,
): Promise<NestFastifyApplication> {
  const routes = new RouteTable();
  const filter = new ProblemFilter({
    logger: options.logger,
    methodsOf: routes.methodsOf,
    ...(options.isUnavailable && { isUnavailable: options.isUnavailable }),
  });
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    skipMiddie: true, // nobody uses Express middleware, and it costs each request
    routerOptions: { maxParamLength: 500 },
    clientErrorHandler: refuseConnection,
    // what the router itself refuses (a path that does not decode) never reaches Nest's filters
    frameworkErrors: (error: unknown, request: unknown, reply: unknown) =>
      filter.reply(error, request as ProblemRequest, reply as ProblemReply),
  });
  const fastify = adapter.getInstance();
  fastify.addHook('onRoute', (route) => routes.add(route.url, route.method));
  traceRequests(fastify);
  readJson(fastify);
  fastify.addHook('onRequest', refuseEncoding);
  fastify.addHook('onRequest', refuseBrokenQuery);
  readOutRefused(fastify);
  closeGracefully(fastify);
  if (options.rawBodyRoutes) keepRawBody(fastify, options.rawBodyRoutes);

  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestPinoLogger(options.logger),
    bodyParser: false, // ours stays; Nest would add urlencoded forms
    abortOnError: false, // a failed boot rejects, so that `runMain` can say why
  });
  app.useGlobalPipes(new StrictValidationPipe());
  app.useGlobalInterceptors(new KnownQuery());
  app.useGlobalFilters(filter);
  tables.set(app, routes);
  addMetrics(app, options.service);
  if (options.openapi ?? true) addOpenApi(app, options.title);
  return app;
}

const tables = new WeakMap<NestFastifyApplication, RouteTable>();

/** Every route that an application of `createHttpApp` answers, whoever has put it there. */
export const routesOf = (app: NestFastifyApplication): readonly Route[] =>
  tables.get(app)?.all() ?? [];

/** Fastify would read a compressed body as the text it is not, and any charset as UTF-8. */
function refuseEncoding(
  { headers }: { headers: IncomingHttpHeaders },
  _reply: unknown,
  done: (error?: Error) => void,
): void {
  const encoding = headers['content-encoding'] ?? 'identity';
  const charset = /charset="?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  if (encoding.toLowerCase() !== 'identity') {
    done(unsupported(`A body must come without Content-Encoding, not as ${encoding}.`));
  } else if (!/^utf-?8$/i.test(charset)) {
    done(unsupported(`A body must be UTF-8, not ${charset}.`));
  } else done();
}

const unsupported = (detail: string): ProblemException =>
  new ProblemException(415, 'Unsupported Media Type', detail.slice(0, 200));

function addMetrics(app: NestFastifyApplication, service: string): void {
  startProcessMetrics(service);
  const seconds = histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  });
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    const labels = { method: request.method, route, status: reply.statusCode };
    seconds.observe(labels, reply.elapsedTime / 1000);
    done();
  });
  fastify.get('/metrics', async (_request, reply) => {
    await reply.type(metricsRegistry.contentType).send(await metricsRegistry.metrics());
  });
}
