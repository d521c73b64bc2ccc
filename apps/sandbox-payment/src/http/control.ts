/** What customers and banks do, for tests and for the buttons of the page. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PaymentProvider } from '../domain/provider.js';
import { failRefund } from '../domain/refunds.js';
import { idParameter } from './parameters.js';

const UNKEYED = { key: undefined, fingerprint: '' };

export const addControlRoutes = (
  app: FastifyInstance,
  provider: PaymentProvider,
  written: () => Promise<void>,
): void => {
  const control = (path: string, work: (id: string) => object): void => {
    app.post(path, async (request: FastifyRequest, reply: FastifyReply) => {
      const { id } = idParameter.parse(request.params);
      const { status, body } = provider.once(UNKEYED, () => work(id));
      await written();
      // an HTML form wants its page back
      if (request.headers.accept?.includes('text/html')) return reply.redirect('/', 303);
      return reply.status(status).type('application/json').send(body);
    });
  };
  control('/sandbox/intents/:id/pay', (id) => provider.pay(id));
  control('/sandbox/intents/:id/expire', (id) => provider.expire(id));
  control('/sandbox/refunds/:id/fail', (id) => failRefund(provider, id));
};
