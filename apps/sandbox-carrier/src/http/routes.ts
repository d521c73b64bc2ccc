/** The carrier's API, in a shape of its own. */
import { fingerprintOf, plainError, requireBearer } from '#sandbox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CarrierBooks, Shipment } from '../domain/books.js';
import type { Carrier } from '../domain/carrier.js';
import { labelOf } from '../domain/label.js';
import type { Parcels } from '../domain/parcels.js';
import * as parameters from './parameters.js';

export interface CarrierParts {
  readonly carrier: Carrier;
  readonly parcels: Parcels;
  readonly books: CarrierBooks;
  /** Resolves when what was decided is in the journal; no answer leaves before. */
  readonly written: () => Promise<void>;
}

export const idOf = (request: FastifyRequest): string =>
  parameters.idParameter.parse(request.params).id;

export const addCarrierRoutes = (scope: FastifyInstance, parts: CarrierParts): void => {
  const { carrier, parcels, books, written } = parts;

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
  /** As it stands, also when that came about just now. */
  const shown = async (shipment: Shipment): Promise<Shipment> => {
    await written();
    return shipment;
  };

  scope.post('/v1/rates', (request) => carrier.rates(parameters.rateRequest.parse(request.body)));

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

  scope.get('/v1/shipments/:id', (request) => shown(parcels.get(idOf(request))));

  scope.get('/v1/shipments/:id/label', (request, reply) =>
    reply.type('image/svg+xml').send(labelOf(parcels.get(idOf(request)))),
  );

  scope.post('/v1/shipments/:id/pickup', (request) => shown(parcels.requestPickup(idOf(request))));

  scope.post('/v1/shipments/:id/cancel', (request) => shown(parcels.cancel(idOf(request))));

  scope.get('/v1/tracking', async (request) => {
    const { after, limit } = parameters.trackingQuery.parse(request.query);
    const items = books.eventsAfter(after, limit);
    // What somebody has read must still be there after a restart.
    await written();
    return { items };
  });
};

/** What happens in the street, for tests and for the buttons of the page. */
export const addControlRoutes = (
  app: FastifyInstance,
  { parcels, written }: Pick<CarrierParts, 'parcels' | 'written'>,
): void => {
  for (const what of ['collect', 'deliver', 'lose'] as const) {
    app.post(`/sandbox/shipments/:id/${what}`, async (request, reply) => {
      const shipment = parcels.happen(idOf(request), what);
      await written();
      // an HTML form wants its page back
      if (request.headers.accept?.includes('text/html')) return reply.redirect('/', 303);
      return shipment;
    });
  }
};
