/** A carrier on a socket of its own, with its own books. */
import {
  Journal,
  Mood,
  addProviderRoutes,
  createSandboxApp,
  fingerprintOf,
  journalFile,
  listen,
  plainError,
  requireBearer,
  shownAs,
  type PageTable,
  type Sandbox,
  type SandboxListening,
} from '#sandbox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CarrierBooks, type Entry, type Refusal, type Shipment } from './books.js';
import { Carrier, type TrackedReturn } from './carrier.js';
import * as parameters from './parameters.js';

export interface SandboxCarrierOptions extends SandboxListening {
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
  const books = new CarrierBooks(options.keyLifetimeMs);
  const journal = await Journal.open<Entry>({
    file: journalFile(options.dataDir, 'carrier'),
    replay: (entry) => books.apply(entry),
  });
  const mood = new Mood();
  const carrier = new Carrier(
    books,
    (entries) => journal.append(entries),
    options.now,
    options.returnTransitMs,
  );
  const shown = (entry: CarrierBooks['all'][number]) =>
    'kind' in entry ? carrier.tracked(entry) : entry;
  const app = createSandboxApp({
    title: 'Carrier (sandbox)',
    mood,
    journal,
    books: shownAs(books.all, shown),
    table: () => tableOf(books.all.length, books.all.slice(-PAGE_ROWS).map(shown)),
    errorBody: plainError,
    onFault: options.onFault ?? (() => undefined),
  });
  addProviderRoutes(app, { mood, errorBody: plainError }, (scope) =>
    addCarrierRoutes(scope, carrier, () => journal.written()),
  );
  return listen(app, { mood, journal }, options);
};

const addCarrierRoutes = (
  scope: FastifyInstance,
  carrier: Carrier,
  written: () => Promise<void>,
): void => {
  const idOf = (request: FastifyRequest): string => parameters.idParameter.parse(request.params).id;

  scope.addHook('onRequest', async (request) => {
    requireBearer(request.headers.authorization, plainError);
  });

  const book = async (
    request: FastifyRequest,
    reply: FastifyReply,
    create: Carrier['create'],
  ): Promise<FastifyReply> => {
    const key = parameters.idempotencyKey.parse(request.headers['idempotency-key']);
    const wanted = parameters.shipmentRequest.parse(request.body);
    const fingerprint = fingerprintOf(`POST ${request.url}`, wanted);
    const { status, body } = create(wanted, { key, fingerprint });
    await written();
    return reply.status(status).type('application/json').send(body);
  };

  scope.post('/v1/shipments', (request, reply) =>
    book(request, reply, (wanted, once) => carrier.create(wanted, once)),
  );

  scope.post('/v1/returns', (request, reply) =>
    book(request, reply, (wanted, once) => carrier.createReturn(wanted, once)),
  );

  scope.get('/v1/returns', (request) =>
    carrier.findReturn(parameters.referenceQuery.parse(request.query).reference),
  );

  scope.get('/v1/shipments', (request) =>
    carrier.find(parameters.referenceQuery.parse(request.query).reference),
  );

  scope.get('/v1/shipments/:id', (request) => carrier.get(idOf(request)));

  scope.post('/v1/shipments/:id/cancel', async (request) => {
    const shipment = carrier.cancel(idOf(request));
    await written();
    return shipment;
  });
};

const tableOf = (
  total: number,
  entries: readonly (Shipment | Refusal | TrackedReturn)[],
): PageTable => ({
  columns: ['parcel', 'reference', 'status', 'to or from', 'items', 'created'],
  total,
  rows: entries
    .toReversed()
    .map((entry) => [
      'shipmentId' in entry ? entry.shipmentId : 'kind' in entry ? entry.parcelId : '',
      entry.reference,
      'code' in entry ? `${entry.status}: ${entry.code}` : entry.status,
      `${entry.address.postalCode} ${entry.address.prefecture} ${entry.address.city}`,
      entry.items.map(({ productId, quantity }) => `${quantity} × ${productId}`).join(', '),
      entry.createdAt,
    ]),
});
