/**
 * A payment provider on a socket of its own that speaks Stripe's API (customers, payment intents,
 * refunds, disputes, webhooks) and keeps its own books, so that a charge can really be executed and its answer
 * really be lost.
 */
import {
  Journal,
  Mood,
  WebhookBooks,
  addProviderRoutes,
  createSandboxApp,
  isTold,
  journalFile,
  listen,
  shownAs,
  stripeSignature,
  webhookSenderOf,
  type Sandbox,
  type SandboxListening,
  type SandboxTelling,
  type WebhookEntry,
} from '#sandbox';
import { errorBody } from './domain/answers.js';
import { PaymentBooks, auditOf, type Entry } from './domain/books.js';
import { PaymentProvider } from './domain/provider.js';
import { DuePayments } from './due-payments.js';
import { addControlRoutes } from './http/control.js';
import { addPaymentRoutes } from './http/routes.js';
import { tableOf } from './page.js';

export interface SandboxPaymentOptions extends SandboxListening, SandboxTelling {
  /** How long an Idempotency-Key is remembered; a day, as the real provider promises at least. */
  readonly keyLifetimeMs?: number;
  /** How late the answer to `tok_timeout` is, in milliseconds. */
  readonly lateAnswerMs?: number;
  /** How late the answer to `tok_slow` is, in milliseconds. */
  readonly slowAnswerMs?: number;
  /** How long customers need to pay by transfer or in a shop; 0 = they never do by themselves. */
  readonly paidAfterMs?: number;
  readonly now?: () => number;
}

export const PAID_AFTER_MS = 2_000;
const LATE_ANSWER_MS = 30_000;
const SLOW_ANSWER_MS = 1_000;

export const createSandboxPayment = async (
  options: SandboxPaymentOptions = {},
): Promise<Sandbox> => {
  const { now = Date.now, onFault = () => undefined } = options;
  const books = new PaymentBooks(options.keyLifetimeMs);
  const told = new WebhookBooks();
  const journal = await Journal.open<Entry | WebhookEntry>({
    file: journalFile(options.dataDir, 'payment'),
    replay: (entry) => (isTold(entry) ? told.apply(entry) : books.apply(entry)),
  });
  const mood = new Mood();
  const written = (): Promise<void> => journal.written();
  const sender = webhookSenderOf(options, stripeSignature, {
    books: told,
    mood,
    journal,
    now,
    onFault,
  });
  const provider = new PaymentProvider(
    books,
    (entries) => {
      journal.append(entries);
      const messages = entries.filter(isTold);
      for (const message of messages) told.apply(message);
      due.heard(entries);
      sender?.announce(messages);
    },
    { now, paidAfterMs: options.paidAfterMs ?? PAID_AFTER_MS, tells: sender !== undefined },
  );
  const due = new DuePayments({
    ...{ now, onFault },
    find: (id) => books.intent(id),
    settle: (id) => provider.settle(id),
  });
  const app = createSandboxApp({
    title: 'Payment provider (sandbox)',
    mood,
    journal,
    books: shownAs(books.intents, auditOf),
    table: () => tableOf(books.intents),
    webhooks: sender && told,
    errorBody,
    onFault,
  });
  addControlRoutes(app, { provider, now, written });
  addProviderRoutes(app, { mood, errorBody }, (scope) =>
    addPaymentRoutes(scope, {
      ...{ provider, mood, written, now },
      lateAnswerMs: options.lateAnswerMs ?? LATE_ANSWER_MS,
      slowAnswerMs: options.slowAnswerMs ?? SLOW_ANSWER_MS,
    }),
  );
  const sandbox = await listen(app, { mood, journal }, options, async () => {
    due.stop();
    await sender?.stop();
  });
  for (const { id } of books.intents) due.watch(id);
  sender?.start();
  return sandbox;
};
