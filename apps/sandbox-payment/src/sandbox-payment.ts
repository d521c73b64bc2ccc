/**
 * A payment provider on a socket of its own that speaks Stripe's API (payment intents, refunds) and
 * keeps its own books, so that a charge can really be executed and its answer really be lost.
 */
import {
  Journal,
  Mood,
  addProviderRoutes,
  createSandboxApp,
  journalFile,
  listen,
  shownAs,
  type PageTable,
  type Sandbox,
  type SandboxListening,
} from '#sandbox';
import { errorBody } from './domain/answers.js';
import { PaymentBooks, auditOf, type Entry, type Intent } from './domain/books.js';
import { PaymentProvider } from './domain/provider.js';
import { addPaymentRoutes } from './http/routes.js';

export interface SandboxPaymentOptions extends SandboxListening {
  /** How long an Idempotency-Key is remembered; a day, as the real provider promises at least. */
  readonly keyLifetimeMs?: number;
  /** How late the answer to `tok_timeout` is, in milliseconds. */
  readonly lateAnswerMs?: number;
  readonly now?: () => number;
}

const LATE_ANSWER_MS = 30_000;
const PAGE_ROWS = 50;

export const createSandboxPayment = async (
  options: SandboxPaymentOptions = {},
): Promise<Sandbox> => {
  const books = new PaymentBooks(options.keyLifetimeMs);
  const journal = await Journal.open<Entry>({
    file: journalFile(options.dataDir, 'payment'),
    replay: (entry) => books.apply(entry),
  });
  const mood = new Mood();
  const app = createSandboxApp({
    title: 'Payment provider (sandbox)',
    mood,
    journal,
    books: shownAs(books.intents, auditOf),
    table: () => tableOf(books.intents),
    errorBody,
    onFault: options.onFault ?? (() => undefined),
  });
  const provider = new PaymentProvider(
    books,
    (entries) => journal.append(entries),
    options.now ?? Date.now,
  );
  addProviderRoutes(app, { mood, errorBody }, (scope) =>
    addPaymentRoutes(scope, {
      provider,
      mood,
      written: () => journal.written(),
      lateAnswerMs: options.lateAnswerMs ?? LATE_ANSWER_MS,
    }),
  );
  return listen(app, { mood, journal }, options);
};

const tableOf = (intents: readonly Intent[]): PageTable => ({
  columns: ['intent', 'order', 'status', 'amount', 'captured', 'refunded', 'created'],
  total: intents.length,
  rows: intents
    .slice(-PAGE_ROWS)
    .reverse()
    .map(auditOf)
    .map((intent) => [
      intent.intentId,
      intent.orderId ?? '',
      intent.status,
      `${intent.amount} ${intent.currency}`,
      String(intent.captured),
      String(intent.refunded),
      intent.createdAt,
    ]),
});
