import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { ProblemException } from './problem.js';

/**
 * JSON is the only body that is read. Left alone, Fastify puts U+FFFD for each byte that is no UTF-8:
 * an address would be kept, and printed on a label, as nobody has written it.
 */
export function readJson(fastify: FastifyInstance): void {
  // kept as ordinary fields, so that the validation can name them when it refuses them
  const parse = fastify.getDefaultJsonParser('ignore', 'ignore');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request, body, done) => {
      if (isUtf8(body)) void parse(request, body.toString(), done);
      else done(notUtf8());
    },
  );
}

const notUtf8 = (): ProblemException =>
  new ProblemException(
    400,
    'Bad Request',
    'The body is not UTF-8: encode it so, and send it again.',
  );
