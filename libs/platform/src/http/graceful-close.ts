import type { FastifyInstance } from 'fastify';

/** What a stop leaves for requests that are under way; the rest is for what they depend on. */
const FINISH_WITHIN_MS = 4_000;

/**
 * Lets `close()` end as soon as the requests under way are answered. Left alone, a connection that
 * was busy when the server was closed is kept open for its client's next request, for more than a
 * minute, and one whose client never finishes its request for longer still.
 */
export function closeGracefully(fastify: FastifyInstance, withinMs = FINISH_WITHIN_MS): void {
  let closing = false;
  fastify.addHook('preClose', (done) => {
    closing = true;
    const timer = setTimeout(() => fastify.server.closeAllConnections(), withinMs);
    fastify.server.once('close', () => clearTimeout(timer));
    timer.unref();
    done();
  });
  fastify.addHook('onResponse', (_request, _reply, done) => {
    if (closing) setImmediate(() => fastify.server.closeIdleConnections());
    done();
  });
}
