import type { FastifyInstance } from 'fastify';

/**
 * Lets who sends too much read why it is refused. Fastify would hang up at once, and a connection that is
 * closed with something unread is reset: the client, which still writes, is told of a broken pipe and
 * never of the 413. Here the connection stays, and Node reads the rest and throws it away, for as long
 * as a request may take (RFC 9110, 15.5.14, and RFC 9112, 9.6).
 */
export function readOutRefused(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (reply.statusCode === 413) reply.removeHeader('connection');
    done(null, payload);
  });
}
