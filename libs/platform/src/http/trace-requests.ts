import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { tracing, within, type TraceSpan } from '../tracing/tracing.js';

/** Asked for by machines every few seconds; nobody wants a trace of that. */
const UNTRACED = new Set(['/metrics', '/health', '/health/live']);

/**
 * A span a request, below the one that its `traceparent` names. The header is replaced by the span's
 * own, so that whoever passes the header on names the right cause, also where the trace is not
 * sampled: what began it must not be decided once more.
 */
export function traceRequests(fastify: FastifyInstance): void {
  const tracer = tracing();
  if (tracer === undefined) return;
  const spans = new WeakMap<object, TraceSpan>();
  fastify.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    if (UNTRACED.has(route)) return done();
    const headers: IncomingHttpHeaders & { traceparent?: string } = request.raw.headers;
    const span = tracer.enter(headers.traceparent, {
      name: `${request.method} ${route}`,
      kind: 'server',
      attributes: {
        'http.request.method': request.method,
        'http.route': route,
        'url.path': request.url.split('?', 1)[0] ?? '',
      },
    });
    headers.traceparent = span.traceparent;
    spans.set(request, span);
    within(span, done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request);
    span?.set({ 'http.response.status_code': reply.statusCode });
    if (reply.statusCode >= 500) span?.fail(`HTTP ${reply.statusCode}`);
    span?.end();
    done();
  });
}
