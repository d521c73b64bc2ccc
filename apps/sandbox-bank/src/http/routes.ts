/** The bank's API, in a shape of its own. */
import { fingerprintOf, pageOf, plainError, requireBearer, type Mood } from '#sandbox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Bank } from '../domain/bank.js';
import * as parameters from './parameters.js';

export interface BankParts {
  readonly bank: Bank;
  readonly mood: Mood;
  /** Resolves when what was decided is in the journal; no answer leaves before. */
  readonly written: () => Promise<void>;
}

const idOf = (request: FastifyRequest): string => parameters.idParameter.parse(request.params).id;

export const addBankRoutes = (scope: FastifyInstance, { bank, mood, written }: BankParts): void => {
  scope.addHook('onRequest', async (request) => {
    requireBearer(request.headers.authorization, plainError);
  });

  scope.post('/v1/payouts', async (request, reply) => {
    const key = parameters.idempotencyKey.parse(request.headers['idempotency-key']);
    const wanted = parameters.payoutRequest.parse(request.body);
    const fingerprint = fingerprintOf('POST /v1/payouts', wanted);
    const { mode } = mood.setting;
    const refuses = mode === 'refuse';
    const { status, body } = bank.order({ request: wanted, key, fingerprint, refuses });
    await written();
    if (mode === 'late') await mood.pause(mood.delayMs);
    if (mode === 'mute') return hangUp(request, reply);
    return reply.status(status).type('application/json').send(body);
  });

  scope.get('/v1/payouts', (request) => {
    const { reference, after, limit } = parameters.payoutsQuery.parse(request.query);
    return reference === undefined ? pageOf(bank, { cursor: after, limit }) : bank.find(reference);
  });

  scope.get('/v1/payouts/:id', (request) => bank.get(idOf(request)));
};

const hangUp = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
};

/** What becomes of a payout that is pending, for tests and for the buttons of the page. */
export const addControlRoutes = (
  app: FastifyInstance,
  { bank, written }: Pick<BankParts, 'bank' | 'written'>,
): void => {
  for (const [what, status] of [
    ['pay', 'paid'],
    ['refuse', 'refused'],
  ] as const) {
    app.post(`/sandbox/payouts/:id/${what}`, async (request, reply) => {
      const payout = bank.decide(idOf(request), status);
      await written();
      // an HTML form wants its page back
      if (request.headers.accept?.includes('text/html')) return reply.redirect('/', 303);
      return payout;
    });
  }
};
