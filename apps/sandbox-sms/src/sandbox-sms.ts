/** A provider of short messages: takes them by HTTP, shows them, sends nothing. */
import {
  Journal,
  Mood,
  addProviderRoutes,
  createSandboxApp,
  fingerprintOf,
  journalFile,
  listen,
  plainError,
  pageOf,
  pageQuery,
  requireBearer,
  type PageTable,
  type Sandbox,
  type SandboxListening,
} from '#sandbox';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { SmsBook, messageRequest, type Entry, type Message } from './sms-book.js';

export interface SandboxSmsOptions extends SandboxListening {
  /** How long an Idempotency-Key is remembered; a day when absent. */
  readonly keyLifetimeMs?: number;
  readonly now?: () => number;
}

const PAGE_ROWS = 50;
const idempotencyKey = z.string().min(1).max(255).optional();
const messagesQuery = pageQuery.extend({ to: z.string().optional(), key: z.string().optional() });

export const createSandboxSms = async (options: SandboxSmsOptions = {}): Promise<Sandbox> => {
  const book = new SmsBook(
    (entries) => journal.append(entries),
    options.now,
    options.keyLifetimeMs,
  );
  const journal = await Journal.open<Entry>({
    file: journalFile(options.dataDir, 'sms'),
    replay: (entry) => book.apply(entry),
  });
  const mood = new Mood();
  const app = createSandboxApp({
    title: 'Short messages (sandbox)',
    mood,
    journal,
    books: book.all,
    table: () => tableOf(book.all),
    errorBody: plainError,
    onFault: options.onFault ?? (() => undefined),
  });
  // What was taken stays readable in every mood: reading it is not the provider's work.
  app.get('/messages', (request) => {
    const { to, key, ...page } = messagesQuery.parse(request.query);
    return pageOf(book.find({ to, key }), page);
  });
  addProviderRoutes(app, { mood, errorBody: plainError }, (scope) =>
    addSmsRoutes(scope, book, () => journal.written()),
  );
  return listen(app, { mood, journal }, options);
};

const addSmsRoutes = (
  scope: FastifyInstance,
  book: SmsBook,
  written: () => Promise<void>,
): void => {
  scope.addHook('onRequest', async (request) => {
    requireBearer(request.headers.authorization, plainError);
  });
  scope.post('/v1/messages', async (request, reply) => {
    const key = idempotencyKey.parse(request.headers['idempotency-key']);
    const wanted = messageRequest.parse(request.body);
    const { status, body } = book.send(wanted, key, fingerprintOf('POST /v1/messages', wanted));
    await written();
    return reply.status(status).type('application/json').send(body);
  });
};

const tableOf = (all: readonly Message[]): PageTable => ({
  columns: ['message', 'to', 'status', 'text', 'created'],
  total: all.length,
  rows: all
    .slice(-PAGE_ROWS)
    .toReversed()
    .map(({ messageId, to, status, text, createdAt }) => [messageId, to, status, text, createdAt]),
});
