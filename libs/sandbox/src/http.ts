/**
 * The HTTP frame that the sandboxes share: body parsing, errors in the provider's own shape, the
 * mood, `/books` for audits, `/health`, and a page for people.
 */
import { parse as parseForm } from 'node:querystring';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Journal } from './journal.js';
import type { Mood } from './mood.js';
import { renderPage, type PageTable } from './page.js';
import { pageOf, pageQuery, shownAs, type List } from './paging.js';
import { shownDelivery, type WebhookBooks } from './webhooks/webhook-books.js';

const BODY_LIMIT_BYTES = 1024 * 1024;
const PAGE_DELIVERIES = 20;

/** An answer other than success, thrown by a handler with the body the provider would send. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';

  constructor(
    readonly status: number,
    readonly body: object,
  ) {
    super(`HTTP ${status}`);
  }
}

export interface SandboxDescription {
  readonly title: string;
  readonly mood: Mood;
  readonly journal: Pick<Journal<never>, 'check' | 'close'>;
  /** Everything the sandbox keeps, in the order in which it came to be. */
  readonly books: List<unknown>;
  readonly table: () => PageTable;
  /** What it tells to others, where it tells anything. */
  readonly webhooks?: WebhookBooks | undefined;
  /** The provider's own error body, for what no handler could answer. */
  readonly errorBody: (status: number, message: string) => object;
  /** Told of faults of the sandbox itself; requests that fail as they should are not faults. */
  readonly onFault: (error: unknown) => void;
}

export interface SandboxListening {
  /** Where a sandbox listens; 0 picks a free port. */
  readonly port?: number;
  readonly host?: string;
  /** Folder of the journal; absent = memory only. */
  readonly dataDir?: string | undefined;
  readonly onFault?: (error: unknown) => void;
}

/** A running sandbox. `url` has no slash at its end. */
export interface Sandbox {
  readonly url: string;
  readonly mood: Mood;
  stop(): Promise<void>;
}

export const createSandboxApp = (sandbox: SandboxDescription): FastifyInstance => {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    // A stop must not wait for clients that keep their connections, or for a late answer.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 300 },
  });
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, { ...parseForm(String(body)) }),
  );
  app.setErrorHandler((error: FastifyError, _request, reply) => answerError(sandbox, error, reply));
  app.setNotFoundHandler((request, reply) =>
    reply
      .status(404)
      .send(sandbox.errorBody(404, `no such route: ${request.method} ${request.url}`)),
  );
  addCommonRoutes(app, sandbox);
  return app;
};

const answerError = (
  { errorBody, onFault }: SandboxDescription,
  error: FastifyError | z.ZodError | ProviderError,
  reply: FastifyReply,
): FastifyReply => {
  if (error instanceof ProviderError) return reply.status(error.status).send(error.body);
  if (error instanceof z.ZodError) return reply.status(400).send(errorBody(400, describe(error)));
  const status = error.statusCode ?? 500;
  if (status >= 500) onFault(error);
  return reply.status(status).send(errorBody(status, error.message));
};

const describe = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ');

const addCommonRoutes = (app: FastifyInstance, sandbox: SandboxDescription): void => {
  const { mood, journal, books, table, title, webhooks } = sandbox;
  // `total` lets an audit begin where the books end now.
  app.get('/books', (request) => ({
    ...pageOf(books, pageQuery.parse(request.query)),
    total: books.length,
  }));
  if (webhooks) {
    const deliveries = shownAs(webhooks.deliveries, shownDelivery);
    app.get('/books/webhooks', (request) => ({
      ...pageOf(deliveries, pageQuery.parse(request.query)),
      total: deliveries.length,
    }));
  }
  app.get('/mood', () => mood.setting);
  app.put('/mood', (request) => {
    mood.set(mood.schema.parse(request.body));
    return mood.setting;
  });
  // The page's buttons: an HTML form can only post.
  app.post('/mood', (request, reply) => {
    mood.set(mood.schema.parse(request.body));
    return reply.redirect('/', 303);
  });
  app.get('/health/live', () => ({ status: 'ok' }));
  app.get('/health', (_request, reply) => {
    try {
      journal.check();
      return { status: 'ok', parts: { journal: { status: 'up' } } };
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      const parts = { journal: { status: 'down', detail } };
      return reply.status(503).send({ status: 'error', parts });
    }
  });
  app.get('/', (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .send(renderPage(title, mood, table(), webhooks && toldBy(webhooks))),
  );
};

const toldBy = ({ deliveries }: WebhookBooks): PageTable => ({
  columns: ['message', 'type', 'state', 'attempts', 'last answer', 'created'],
  total: deliveries.length,
  rows: deliveries
    .slice(-PAGE_DELIVERIES)
    .reverse()
    .map(shownDelivery)
    .map(({ attempts, ...told }) => [
      told.id,
      told.type,
      told.state,
      String(attempts),
      told.outcome,
      told.createdAt,
    ]),
});

/** Registers the provider's own routes, which obey the mood and, where given, other checks. */
export const addProviderRoutes = (
  app: FastifyInstance,
  { mood, errorBody }: Pick<SandboxDescription, 'mood' | 'errorBody'>,
  routes: (scope: FastifyInstance) => void,
): void => {
  app.register((scope, _options, done) => {
    scope.addHook('preHandler', async () => {
      if (await mood.admits()) return;
      throw new ProviderError(503, errorBody(503, 'the provider is down (its mood was set so)'));
    });
    routes(scope);
    done();
  });
};

/** Errors as most providers have them; others bring their own. */
export const plainError = (status: number, message: string) => ({
  code: status >= 500 ? 'unavailable' : 'invalid_request',
  message,
});

/** @throws ProviderError 401 unless there is `Authorization: Bearer <anything>`. */
export const requireBearer = (
  authorization: string | undefined,
  errorBody: SandboxDescription['errorBody'],
): void => {
  if (authorization !== undefined && /^bearer \S/i.test(authorization)) return;
  throw new ProviderError(401, errorBody(401, 'an API key is needed: Authorization: Bearer <key>'));
};

/**
 * Listens; with the journal and the mood it makes a sandbox that can be stopped as one.
 * @param stopRest ends what else works by itself, while the journal is still open
 */
export const listen = async (
  app: FastifyInstance,
  { mood, journal }: Pick<SandboxDescription, 'mood' | 'journal'>,
  { port = 0, host = '127.0.0.1' }: SandboxListening,
  stopRest: () => Promise<void> = () => Promise.resolve(),
): Promise<Sandbox> => {
  const url = await app.listen({ port, host });
  return {
    url,
    mood,
    stop: async () => {
      // Connections first: an answer that is late must stay away, not come early.
      await app.close();
      mood.stop();
      await stopRest();
      await journal.close();
    },
  };
};
