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
      // the parser has them as text, which is the same bytes again, or was no UTF-8 and no JSON
      payload.on('data', (chunk: Buffer | string) => chunks.push(Buffer.from(chunk)));
    }
    done(null, payload);
  });
}
