/** What customers and banks do, for tests and for the buttons of the page. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { closeDispute, openDispute } from '../domain/disputes.js';
import { failRefund } from '../domain/refunds.js';
import { idParameter, openDisputeParameters } from './parameters.js';
import type { ProviderParts } from './routes.js';

const UNKEYED = { key: undefined, fingerprint: '' };

export const addControlRoutes = (
  app: FastifyInstance,
  { provider, now, written }: Pick<ProviderParts, 'provider' | 'now' | 'written'>,
): void => {
  const control = (path: string, work: (id: string, body: unknown) => object): void => {
    app.post(path, async (request: FastifyRequest, reply: FastifyReply) => {
      const { id } = idParameter.parse(request.params);
      const { status, body } = provider.once(UNKEYED, () => work(id, request.body));
      await written();
      // an HTML form wants its page back
      if (request.headers.accept?.includes('text/html')) return reply.redirect('/', 303);
      return reply.status(status).type('application/json').send(body);
    });
  };
  control('/sandbox/intents/:id/pay', (id) => provider.pay(id));
  control('/sandbox/intents/:id/expire', (id) => provider.expire(id));
  control('/sandbox/refunds/:id/fail', (id) => failRefund(provider, id));
  control('/sandbox/intents/:id/dispute', (id, body) => {
    const wanted = openDisputeParameters.parse(body ?? {});
    return openDispute(provider, { ...wanted, intentId: id }, now());
  });
  control('/sandbox/disputes/:id/win', (id) => closeDispute(provider, id, 'won'));
  control('/sandbox/disputes/:id/lose', (id) => closeDispute(provider, id, 'lost'));
};
