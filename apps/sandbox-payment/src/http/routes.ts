/** The part of Stripe's API that a shop's payment service needs. */
import { fingerprintOf, requireBearer, type Mood } from '#sandbox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorBody } from '../domain/answers.js';
import { listDisputes } from '../domain/disputes.js';
import { listIntents } from '../domain/listing.js';
import type { PaymentProvider } from '../domain/provider.js';
import { createRefund, listRefunds } from '../domain/refunds.js';
import * as parameters from './parameters.js';

export interface ProviderParts {
  readonly provider: PaymentProvider;
  readonly mood: Mood;
  readonly now: () => number;
  /** Resolves when what was decided is in the journal; no answer leaves before. */
  readonly written: () => Promise<void>;
  /** How late the answer to a confirmation with `tok_timeout` is. */
  readonly lateAnswerMs: number;
  /** The same for `tok_slow`, where the mood says nothing else. */
  readonly slowAnswerMs: number;
}

export const addPaymentRoutes = (scope: FastifyInstance, parts: ProviderParts): void => {
  const { provider, mood, now } = parts;

  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    work: () => object,
    lateMs: () => number = () => 0,
  ): Promise<FastifyReply> => {
    const key = parameters.idempotencyKey.parse(request.headers['idempotency-key']);
    const fingerprint = fingerprintOf(`${request.method} ${request.url}`, request.body);
    const { status, body } = provider.once({ key, fingerprint }, work);
    await parts.written();
    if (lateMs() > 0) await mood.pause(lateMs());
    return reply.status(status).type('application/json').send(body);
  };
  const idOf = (request: FastifyRequest): string => parameters.idParameter.parse(request.params).id;

  // Forms only, as the real API: a client that sends JSON is told so (415).
  scope.removeContentTypeParser('application/json');
  scope.addHook('onRequest', async (request) => {
    requireBearer(request.headers.authorization, errorBody);
  });

  scope.post('/v1/customers', (request, reply) => {
    const wanted = parameters.createCustomerParameters.parse(request.body);
    return answer(request, reply, () => provider.createCustomer(wanted));
  });

  scope.post('/v1/payment_intents', (request, reply) => {
    parameters.checkVersion(request.body, request.headers['stripe-version']);
    const wanted = parameters.createIntentParameters.parse(request.body);
    const possible = parameters.withPossibleMethods(wanted);
    return answer(request, reply, () => provider.createIntent(possible));
  });

  scope.get('/v1/payment_intents', (request) =>
    listIntents(provider.books, parameters.listIntentsQuery.parse(request.query)),
  );

  scope.get('/v1/payment_intents/:id', (request) => provider.getIntent(idOf(request)));

  scope.post('/v1/payment_intents/:id/confirm', async (request, reply) => {
    const confirmation = parameters.confirmationOf(
      parameters.confirmParameters.parse(request.body),
    );
    const token = confirmation.method === 'card' ? confirmation.token : undefined;
    let lateMs = 0;
    const confirm = (): object => {
      const confirmed = provider.confirmIntent(idOf(request), confirmation);
      if (token === 'tok_timeout') lateMs = parts.lateAnswerMs;
      if (token === 'tok_slow') lateMs = mood.setting.delayMs ?? parts.slowAnswerMs;
      return confirmed;
    };
    return answer(request, reply, confirm, () => lateMs);
  });

  scope.post('/v1/payment_intents/:id/cancel', (request, reply) =>
    answer(request, reply, () => provider.cancelIntent(idOf(request))),
  );

  scope.post('/v1/refunds', (request, reply) => {
    const wanted = parameters.createRefundParameters.parse(request.body);
    return answer(request, reply, () => createRefund(provider, wanted, now()));
  });

  scope.get('/v1/disputes', (request) =>
    listDisputes(provider.books, parameters.listDisputesQuery.parse(request.query)),
  );

  scope.get('/v1/refunds', (request) => {
    const query = parameters.listRefundsQuery.parse(request.query);
    return listRefunds(provider, query.payment_intent);
  });
};
