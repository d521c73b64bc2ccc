/** A carrier on a socket of its own, with its own books. */
import {
  Journal,
  Mood,
  addProviderRoutes,
  createSandboxApp,
  fingerprintOf,
  journalFile,
  listen,
  requireBearer,
  type PageTable,
  type Sandbox,
  type SandboxListening,
} from '#sandbox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CarrierBooks, type Entry } from './books.js';
import { Carrier } from './carrier.js';
import * as parameters from './parameters.js';

export interface SandboxCarrierOptions extends SandboxListening {
  /** How long an Idempotency-Key is remembered; a day when absent. */
  readonly keyLifetimeMs?: number;
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
  const app = createSandboxApp({
    title: 'Carrier (sandbox)',
    mood,
    journal,
    books: books.all,
    table: () => tableOf(books),
    errorBody,
    onFault: options.onFault ?? (() => undefined),
  });
  const carrier = new Carrier(books, (entries) => journal.append(entries), options.now ?? Date.now);
  addProviderRoutes(app, { mood, errorBody }, (scope) =>
    addCarrierRoutes(scope, carrier, () => journal.written()),
  );
  return listen(app, { mood, journal }, options);
};

const errorBody = (status: number, message: string) => ({
  code: status >= 500 ? 'unavailable' : 'invalid_request',
  message,
});

const addCarrierRoutes = (
  scope: FastifyInstance,
  carrier: Carrier,
  written: () => Promise<void>,
): void => {
  const idOf = (request: FastifyRequest): string => parameters.idParameter.parse(request.params).id;

  scope.addHook('onRequest', async (request) => {
    requireBearer(request.headers.authorization, errorBody);
  });

  scope.post('/v1/shipments', async (request, reply) => {
    const key = parameters.idempotencyKey.parse(request.headers['idempotency-key']);
    const wanted = parameters.shipmentRequest.parse(request.body);
    const fingerprint = fingerprintOf('POST /v1/shipments', wanted);
    const { status, body } = carrier.create(wanted, { key, fingerprint });
    await written();
    return reply.status(status).type('application/json').send(body);
  });

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

const tableOf = ({ all }: CarrierBooks): PageTable => ({
  columns: ['shipment', 'reference', 'status', 'to', 'items', 'created'],
  total: all.length,
  rows: all
    .slice(-PAGE_ROWS)
    .reverse()
    .map((entry) => [
      'shipmentId' in entry ? entry.shipmentId : '',
      entry.reference,
      'code' in entry ? `${entry.status}: ${entry.code}` : entry.status,
      `${entry.address.postalCode} ${entry.address.prefecture} ${entry.address.city}`,
      entry.items.map(({ productId, quantity }) => `${quantity} × ${productId}`).join(', '),
      entry.createdAt,
    ]),
});
