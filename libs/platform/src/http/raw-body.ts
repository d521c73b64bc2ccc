import type { FastifyInstance } from 'fastify';

const bodies = new WeakMap<object, Buffer[]>();

/**
 * The request's body, byte by byte as it came; empty for routes that it is not kept for.
 * @param request Nest's `@Req()` on Fastify
 */
export const rawBodyOf = (request: { readonly raw: object }): Buffer =>
  Buffer.concat(bodies.get(request.raw) ?? []);

/** Listens to what the parser reads, for these routes; the body's limit is the parser's business. */
export function keepRawBody(fastify: FastifyInstance, routes: readonly string[]): void {
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    if (routes.includes(request.routeOptions.url ?? '')) {
      const chunks: Buffer[] = [];
      bodies.set(request.raw, chunks);
      payload.on('data', (chunk: Buffer) => chunks.push(chunk));
    }
    done(null, payload);
  });
}
