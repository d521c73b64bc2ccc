/**
 * Promises attacked here: whichever adapter carries the calls, a card is charged once, says where it
 * stands in the words of the port, and can be asked again after any answer that was lost; and nothing
 * that was sent comes back in an error.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import {
  ProviderRejection,
  type IntentState,
} from '../../apps/payment/src/provider/payment-provider.js';
import { OutboundError } from '#platform';
import { waitFor } from '#testing';
import {
  ADAPTERS,
  ProviderContract,
  orderOf,
  byCard,
  errorOf,
  KEY_LIFETIME_MS,
} from './provider-contract.js';

/** Everything that a log could show of an error. */
const shown = (error: Error): string =>
  [error.message, error.stack, String(error.cause), JSON.stringify(error)].join('\n');

describe.each(ADAPTERS)('the payment provider %s', (_name, adapterOver) => {
  const of = new ProviderContract(adapterOver);

  describe('an intent', () => {
    it('takes nothing before it is confirmed, and is the same one when it is made again', async () => {
      const order = orderOf();
      const id = await of.opened(order);
      expect(await of.opened(order)).toBe(id);
      expect(await of.provider.findIntent(id)).toEqual({ kind: 'unconfirmed' });
      const made = (await of.books()).filter(({ orderId }) => orderId === order.orderId);
      expect(made).toMatchObject([{ intentId: id, captures: 0 }]);
    });

    it('is another one when the key is forgotten', async () => {
      const order = orderOf('bank_transfer');
      const id = await of.opened(order);
      of.nowMs += KEY_LIFETIME_MS;
      expect(await of.opened(order)).not.toBe(id);
    });

    it('that the provider does not know is a rejection', async () => {
      const error = await errorOf(of.provider.findIntent('pi_unknown'));
      expect(error).toMatchObject({ code: 'resource_missing' });
      expect(error).toBeInstanceOf(ProviderRejection);
    });

    it('is canceled, once and for all', async () => {
      const id = await of.opened();
      expect(await of.provider.cancelIntent(id)).toEqual({ kind: 'canceled' });
      expect(await of.provider.cancelIntent(id)).toEqual({ kind: 'canceled' });
      expect(await of.provider.confirmIntent(id, byCard('tok_ok'))).toEqual({ kind: 'canceled' });
      expect(await of.audit(id)).toMatchObject({ captures: 0 });
    });
  });

  describe('a card', () => {
    it.each(['tok_ok', 'tok_slow'])('is charged once, however often: %s', async (token) => {
      const id = await of.opened();
      const state: IntentState = { kind: 'captured', amount: 1200 };
      expect(await of.provider.confirmIntent(id, byCard(token))).toEqual(state);
      expect(await of.provider.confirmIntent(id, byCard(token))).toEqual(state);
      expect(await of.provider.findIntent(id)).toEqual(state);
      expect(await of.provider.cancelIntent(id)).toEqual(state);
      expect(await of.audit(id)).toMatchObject({ captures: 1 });
    });

    it.each([
      ['tok_declined', 'generic_decline'],
      ['tok_insufficient_funds', 'insufficient_funds'],
      ['tok_expired_card', 'expired_card'],
    ])('is declined with its own code: %s', async (token, code) => {
      const id = await of.opened();
      const declined = await of.provider.confirmIntent(id, byCard(token));
      expect(declined).toEqual({ kind: 'declined', code });
      expect(await of.provider.findIntent(id)).toEqual(declined);
    });

    it('that was declined may be charged by a request that comes later', async () => {
      const id = await of.opened();
      await of.provider.confirmIntent(id, byCard('tok_declined'));
      const state = await of.provider.confirmIntent(id, byCard('tok_ok'));
      expect(state).toEqual({ kind: 'captured', amount: 1200 });
    });

    it('cannot be charged any more when its intent is closed, which says why it was declined', async () => {
      const id = await of.opened();
      await of.provider.confirmIntent(id, byCard('tok_insufficient_funds'));
      const closed = { kind: 'canceled', code: 'insufficient_funds' };
      expect(await of.provider.cancelIntent(id)).toEqual(closed);
      expect(await of.provider.confirmIntent(id, byCard('tok_ok'))).toEqual(closed);
      expect(await of.audit(id)).toMatchObject({ captures: 0 });
    });

    it('has an intent of its own when it follows another one, made once', async () => {
      const order = orderOf();
      const first = await of.opened(order);
      const second = await of.opened({ ...order, attempt: 2 });
      expect(second).not.toBe(first);
      expect(await of.opened({ ...order, attempt: 2 })).toBe(second);
      expect(await of.opened(order)).toBe(first);
    });

    it('that the provider does not know is declined', async () => {
      const id = await of.opened();
      const code = 'invalid-payment-method';
      const state = await of.provider.confirmIntent(id, byCard('tok_nobody_knows'));
      expect(state).toEqual({ kind: 'declined', code });
    });

    it('whose answer is lost was charged, and the books say so', async () => {
      const id = await of.opened();
      const hasty = of.client(250);
      const error = await errorOf(hasty.confirmIntent(id, byCard('tok_timeout')));
      expect(error).toBeInstanceOf(OutboundError);
      expect(error).toMatchObject({ fault: 'timeout', sent: true });
      await waitFor(async () => (await of.provider.findIntent(id)).kind === 'captured', {
        what: 'the charge',
      });
      expect(await of.provider.confirmIntent(id, byCard('tok_timeout'))).toMatchObject({
        kind: 'captured',
      });
      expect(await of.audit(id)).toMatchObject({ captures: 1 });
    });

    it('that made the provider fail once is charged by the next try', async () => {
      const id = await of.opened();
      const error = await errorOf(of.provider.confirmIntent(id, byCard('tok_error_then_ok')));
      expect(error).toMatchObject({ name: 'OutboundError', fault: 'server-error', sent: true });
      expect(await of.provider.findIntent(id)).toEqual({ kind: 'unconfirmed' });
      expect(await of.provider.confirmIntent(id, byCard('tok_error_then_ok'))).toMatchObject({
        kind: 'captured',
      });
    });
  });

  describe('trouble', () => {
    it('with the provider is an error of the way out, and says what to do', async () => {
      const id = await of.opened();
      of.sandbox.mood.set({ mode: 'down' });
      const down = await errorOf(of.provider.findIntent(id));
      expect(down).toMatchObject({ name: 'OutboundError', fault: 'server-error' });
      const unreachable = of.client(1000, 'http://127.0.0.1:1');
      expect(await errorOf(unreachable.findIntent(id))).toMatchObject({
        ...{ name: 'OutboundError', fault: 'unreachable', sent: false },
      });
    });

    it('that lasts opens the breaker, which sends nothing', async () => {
      of.sandbox.mood.set({ mode: 'down' });
      const faults = new Set<string>();
      const isOpen = async (): Promise<boolean> => {
        faults.add((await errorOf(of.provider.findIntent('pi_1'))).message);
        return [...faults].some((text) => text.includes('breaker-open'));
      };
      await waitFor(isOpen, { what: 'the breaker to open', intervalMs: 1 });
    });

    it.each([
      [401, '{}', { fault: 'unauthorized' }],
      [403, '{"error":{"code":"x"}}', { fault: 'unauthorized' }],
      [409, '{"error":{"code":"lock_timeout"}}', { fault: 'server-error' }],
      [429, '{"error":{"code":"rate_limit"}}', { fault: 'server-error' }],
      [503, 'down for maintenance', { fault: 'server-error' }],
      [200, '', { fault: 'bad-answer' }],
      [200, '{}', { fault: 'bad-answer' }],
      [200, '"pi_1"', { fault: 'bad-answer' }],
      [200, '<html>', { fault: 'bad-answer' }],
      [200, '{"error":{"code":"strange"}}', { fault: 'bad-answer' }],
      [418, '', { name: 'ProviderRejection', code: 'http_418' }],
      [400, '{"error":"a text"}', { name: 'ProviderRejection', code: 'http_400' }],
      [400, '{"error":{"code":"some_code"}}', { name: 'ProviderRejection', code: 'some_code' }],
    ])('of the kind %s %s is %j', async (status, body, error) => {
      let asked = 0;
      const server = createServer((_request, response) => {
        asked += 1;
        response.writeHead(status).end(body);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const odd = of.client(5_000, `http://127.0.0.1:${port}`);
      expect(await errorOf(odd.findIntent('pi_1'))).toMatchObject(error);
      expect(await errorOf(odd.createIntent(orderOf()))).toMatchObject(error);
      // whoever calls decides whether it is asked again
      expect(asked).toBe(2);
      server.closeAllConnections();
      server.close();
    });

    it('shows no token and no word of the provider, whatever goes wrong', async () => {
      const secret = 'tok_secret_4242';
      const id = await of.opened();
      const canceled = await of.opened();
      await of.provider.cancelIntent(canceled);
      const card = byCard(secret);
      const states = [
        await of.provider.confirmIntent(id, card),
        await of.provider.confirmIntent(canceled, byCard('tok_ok')),
      ];
      const slow = byCard('tok_timeout');
      const errors = [
        await errorOf(of.client(200).confirmIntent(id, slow)),
        await errorOf(of.provider.confirmIntent('pi_unknown', byCard('tok_ok'))),
        await errorOf(of.client(500, 'http://127.0.0.1:1').confirmIntent(id, card)),
        await errorOf(of.provider.confirmIntent(await of.opened(), byCard('tok_error_then_ok'))),
        await errorOf(of.provider.refund({ orderId: id, intentId: await of.opened() })),
      ];
      for (const text of [JSON.stringify(states), ...errors.map(shown)]) {
        expect(text).not.toMatch(/tok_|secret|No such|cannot be|occurred on our side/);
      }
    });
  });
});
