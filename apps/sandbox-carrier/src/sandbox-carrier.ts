/**
 * A carrier on a socket of its own, with its own books: it books, labels, fetches, brings and loses
 * parcels, tells what happened in a feed, and that there is news by webhook.
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
  plainError,
  shownAs,
  timedSignature,
  webhookSenderOf,
  type Sandbox,
  type SandboxListening,
  type SandboxTelling,
  type WebhookEntry,
} from '#sandbox';
import { CarrierBooks, type Entry } from './domain/books.js';
import { Carrier } from './domain/carrier.js';
import {
  DELIVERED_AFTER_MS,
  PICKUP_AFTER_MS,
  Parcels,
  type ParcelTimes,
} from './domain/parcels.js';
import { DueParcels } from './due-parcels.js';
import { addCarrierRoutes, addControlRoutes } from './http/routes.js';
import { tableOf, type Shown } from './page.js';

/** The header of the signature over time and body: `t=…,v1=…`. */
const SIGNATURE_HEADER = 'carrier-signature';

export interface SandboxCarrierOptions
  extends SandboxListening, SandboxTelling, Partial<ParcelTimes> {
  /** How long an Idempotency-Key is remembered; a day when absent. */
  readonly keyLifetimeMs?: number;
  /** How long goods are on their way back; a second when absent. */
  readonly returnTransitMs?: number;
  readonly now?: () => number;
}

const PAGE_ROWS = 50;

export const createSandboxCarrier = async (
  options: SandboxCarrierOptions = {},
): Promise<Sandbox> => {
  const { now = Date.now, onFault = () => undefined } = options;
  const books = new CarrierBooks(options.keyLifetimeMs);
  const told = new WebhookBooks();
  const journal = await Journal.open<Entry | WebhookEntry>({
    file: journalFile(options.dataDir, 'carrier'),
    replay: (entry) => (isTold(entry) ? told.apply(entry) : books.apply(entry)),
  });
  const mood = new Mood();
  const written = (): Promise<void> => journal.written();
  const sender = webhookSenderOf(options, (secret) => timedSignature(SIGNATURE_HEADER, secret), {
    books: told,
    mood,
    journal,
    now,
    onFault,
  });
  const record = (entries: readonly (Entry | WebhookEntry)[]): void => {
    journal.append(entries);
    for (const entry of entries) {
      if (isTold(entry)) told.apply(entry);
      else books.apply(entry);
      if (entry.kind === 'pickup-requested') due.watch(entry.shipmentId);
      if (entry.kind === 'tracked') due.watch(entry.event.shipmentId);
    }
    sender?.announce(entries.filter(isTold));
  };
  const parcels = new Parcels({
    ...{ books, record, now, tells: sender !== undefined },
    pickupAfterMs: options.pickupAfterMs ?? PICKUP_AFTER_MS,
    deliveredAfterMs: options.deliveredAfterMs ?? DELIVERED_AFTER_MS,
  });
  const due = new DueParcels({ books, now, onFault, settle: (id) => parcels.settle(id) });
  const carrier = new Carrier(books, record, now, options.returnTransitMs);
  const shown = (entry: CarrierBooks['all'][number]): Shown =>
    'kind' in entry ? carrier.tracked(entry) : entry;
  const app = createSandboxApp({
    title: 'Carrier (sandbox)',
    mood,
    journal,
    books: shownAs(books.all, shown),
    table: () => tableOf(books.all.length, books.all.slice(-PAGE_ROWS).map(shown)),
    webhooks: sender && told,
    errorBody: plainError,
    onFault,
  });
  addControlRoutes(app, { parcels, written });
  addProviderRoutes(app, { mood, errorBody: plainError }, (scope) =>
    addCarrierRoutes(scope, { carrier, parcels, books, written }),
  );
  const sandbox = await listen(app, { mood, journal }, options, async () => {
    due.stop();
    await sender?.stop();
  });
  for (const { shipmentId } of books.shipments) due.watch(shipmentId);
  sender?.start();
  return sandbox;
};
