/**
 * Promises attacked here: whichever adapter carries the calls, over real sockets to the provider, a
 * payment takes its money once, says where it stands in the words of the port, and can be asked
 * again after any answer that was lost; and nothing that was sent comes back in an error.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ProviderRejection,
  type BookedIntent,
  type IntentState,
  type NewIntent,
  type PayWith,
  type PaymentProvider,
} from '../../apps/payment/src/provider/payment-provider.js';
import { SandboxProvider } from '../../apps/payment/src/provider/sandbox.provider.js';
import { StripeProvider } from '../../apps/payment/src/provider/stripe.provider.js';
import { createSandboxPayment } from '../../apps/sandbox-payment/src/sandbox-payment.js';
import { OutboundError, OutboundHttp } from '#platform';
import { waitFor } from '#testing';

type Sandbox = Awaited<ReturnType<typeof createSandboxPayment>>;

const KEY = 'sk_test_contract';
const KEY_LIFETIME_MS = 3_600_000;
const DAY_MS = 86_400_000;

const ADAPTERS: readonly [string, (http: OutboundHttp, url: string) => PaymentProvider][] = [
  ['over plain HTTP', (http) => new SandboxProvider(http)],
  ["through the provider's package", (http, url) => new StripeProvider(http, { url, key: KEY })],
];

describe.each(ADAPTERS)('the payment provider %s', (_name, adapterOver) => {
  let sandbox: Sandbox;
  let provider: PaymentProvider;
  let nowMs: number;
  const open: OutboundHttp[] = [];

  const client = (timeoutMs = 10_000, url = sandbox.url): PaymentProvider => {
    const http = new OutboundHttp({
      target: 'payment provider',
      baseUrl: url,
      headers: { authorization: `Bearer ${KEY}` },
      timeoutMs,
      halfOpenAfterMs: 50,
    });
    open.push(http);
    return adapterOver(http, url);
  };

  beforeAll(async () => {
    nowMs = Date.now();
    sandbox = await createSandboxPayment({
      keyLifetimeMs: KEY_LIFETIME_MS,
      lateAnswerMs: 60_000,
      slowAnswerMs: 30,
      paidAfterMs: 0,
      now: () => nowMs,
    });
  });
  beforeEach(() => {
    provider = client();
  });
  afterEach(async () => {
    sandbox.mood.set({ mode: 'ok' });
    await Promise.all(open.splice(0).map((http) => http.close()));
  });
  afterAll(() => sandbox.stop());

  const orderOf = (
    method: NewIntent['method'] = 'credit_card',
    email = 'a@example.com',
  ): NewIntent => ({
    orderId: randomUUID(),
    amount: 1200,
    currency: 'JPY',
    method,
    payer: { customerId: 'c-1', email },
  });
  const byCard = (token: string): PayWith => ({ method: 'credit_card', token });
  const slowly = (method: 'bank_transfer' | 'convenience_store', days = 3): PayWith => ({
    method,
    payer: { customerId: 'c-1', email: 'a@example.com' },
    payWithinMs: days * DAY_MS,
  });
  const opened = async (order = orderOf()): Promise<string> => provider.createIntent(order);
  const captured = async (): Promise<string> => {
    const id = await opened();
    await provider.confirmIntent(id, byCard('tok_ok'));
    return id;
  };
  const awaiting = async (method: 'bank_transfer' | 'convenience_store'): Promise<string> => {
    const id = await opened(orderOf(method));
    await provider.confirmIntent(id, slowly(method));
    return id;
  };

  interface Audit {
    readonly intentId: string;
    readonly orderId: string;
    readonly captures: number;
    readonly refunded: number;
    readonly refunds: readonly { readonly id: string }[];
  }
  const books = async (): Promise<Audit[]> => {
    const answer = await fetch(`${sandbox.url}/books?limit=1000`);
    return ((await answer.json()) as { items: Audit[] }).items;
  };
  const audit = async (id: string): Promise<Audit> => {
    const found = (await books()).find(({ intentId }) => intentId === id);
    if (!found) throw new Error(`no intent ${id} in the books`);
    return found;
  };
  const control = async (path: string): Promise<number> =>
    (await fetch(`${sandbox.url}/sandbox/${path}`, { method: 'POST' })).status;

  const errorOf = async (work: Promise<unknown>): Promise<Error> => {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(Error);
    return error as Error;
  };
  /** Everything that a log could show of an error. */
  const shown = (error: Error): string =>
    [error.message, error.stack, String(error.cause), JSON.stringify(error)].join('\n');

  describe('an intent', () => {
    it('takes nothing before it is confirmed, and is the same one when it is made again', async () => {
      const order = orderOf();
      const id = await opened(order);
      expect(await opened(order)).toBe(id);
      expect(await provider.findIntent(id)).toEqual({ kind: 'unconfirmed' });
      const made = (await books()).filter(({ orderId }) => orderId === order.orderId);
      expect(made).toMatchObject([{ intentId: id, captures: 0 }]);
    });

    it('is another one when the key is forgotten', async () => {
      const order = orderOf('bank_transfer');
      const id = await opened(order);
      nowMs += KEY_LIFETIME_MS;
      expect(await opened(order)).not.toBe(id);
    });

    it('that the provider does not know is a rejection', async () => {
      const error = await errorOf(provider.findIntent('pi_unknown'));
      expect(error).toMatchObject({ code: 'resource_missing' });
      expect(error).toBeInstanceOf(ProviderRejection);
    });

    it('is canceled, once and for all', async () => {
      const id = await opened();
      expect(await provider.cancelIntent(id)).toEqual({ kind: 'canceled' });
      expect(await provider.cancelIntent(id)).toEqual({ kind: 'canceled' });
      expect(await provider.confirmIntent(id, byCard('tok_ok'))).toEqual({ kind: 'canceled' });
      expect(await audit(id)).toMatchObject({ captures: 0 });
    });
  });

  describe('a card', () => {
    it.each(['tok_ok', 'tok_slow'])('is charged once, however often: %s', async (token) => {
      const id = await opened();
      const state: IntentState = { kind: 'captured', amount: 1200 };
      expect(await provider.confirmIntent(id, byCard(token))).toEqual(state);
      expect(await provider.confirmIntent(id, byCard(token))).toEqual(state);
      expect(await provider.findIntent(id)).toEqual(state);
      expect(await provider.cancelIntent(id)).toEqual(state);
      expect(await audit(id)).toMatchObject({ captures: 1 });
    });

    it.each([
      ['tok_declined', 'generic_decline'],
      ['tok_insufficient_funds', 'insufficient_funds'],
      ['tok_expired_card', 'expired_card'],
    ])('is declined with its own code: %s', async (token, code) => {
      const id = await opened();
      const declined = await provider.confirmIntent(id, byCard(token));
      const attempt = expect.stringMatching(/^ch_/);
      expect(declined).toEqual({ kind: 'declined', code, attempt });
      expect(await provider.findIntent(id)).toEqual(declined);
    });

    it('is told from the one before by its attempt, and a third one may be charged', async () => {
      const id = await opened();
      const first = await provider.confirmIntent(id, byCard('tok_declined'));
      const second = await provider.confirmIntent(id, byCard('tok_declined'));
      expect(second).toMatchObject({ kind: 'declined' });
      expect(second).not.toEqual(first);
      expect(await provider.findIntent(id)).toEqual(second);
      const third = await provider.confirmIntent(id, byCard('tok_ok'));
      expect(third).toEqual({ kind: 'captured', amount: 1200 });
    });

    it('that the provider does not know is declined', async () => {
      const id = await opened();
      const code = 'invalid-payment-method';
      const state = await provider.confirmIntent(id, byCard('tok_nobody_knows'));
      expect(state).toEqual({ kind: 'declined', code });
    });

    it('of a declined payment can be taken back', async () => {
      const id = await opened();
      await provider.confirmIntent(id, byCard('tok_declined'));
      expect(await provider.cancelIntent(id)).toEqual({ kind: 'canceled' });
    });

    it('whose answer is lost was charged, and the books say so', async () => {
      const id = await opened();
      const hasty = client(250);
      const error = await errorOf(hasty.confirmIntent(id, byCard('tok_timeout')));
      expect(error).toBeInstanceOf(OutboundError);
      expect(error).toMatchObject({ fault: 'timeout', sent: true });
      await waitFor(async () => (await provider.findIntent(id)).kind === 'captured', {
        what: 'the charge',
      });
      expect(await provider.confirmIntent(id, byCard('tok_timeout'))).toMatchObject({
        kind: 'captured',
      });
      expect(await audit(id)).toMatchObject({ captures: 1 });
    });

    it('that made the provider fail once is charged by the next try', async () => {
      const id = await opened();
      const error = await errorOf(provider.confirmIntent(id, byCard('tok_error_then_ok')));
      expect(error).toMatchObject({ name: 'OutboundError', fault: 'server-error', sent: true });
      expect(await provider.findIntent(id)).toEqual({ kind: 'unconfirmed' });
      expect(await provider.confirmIntent(id, byCard('tok_error_then_ok'))).toMatchObject({
        kind: 'captured',
      });
    });
  });

  describe('payment in a shop', () => {
    it('tells the customer how, where and until when', async () => {
      const id = await opened(orderOf('convenience_store'));
      const state = await provider.confirmIntent(id, slowly('convenience_store'));
      expect(state).toEqual({
        kind: 'awaiting-customer',
        instructions: {
          reference: expect.stringMatching(/^\d{10,11}$/),
          url: expect.stringMatching(/^https:/),
          payBy: expect.any(String),
        },
      });
      const { payBy = '' } = instructionsOf(state);
      // the end of the third day from now in Japan
      expect(payBy).toMatch(/T14:59:59\.000Z$/);
      const leftDays = (Date.parse(payBy) - nowMs) / DAY_MS;
      expect(leftDays).toBeGreaterThan(3 - 1 / 24 / 60);
      expect(leftDays).toBeLessThan(4);
      expect(await provider.findIntent(id)).toEqual(state);
    });

    it('has the same number when it is asked for again', async () => {
      const id = await awaiting('convenience_store');
      const known = await provider.findIntent(id);
      expect(await provider.confirmIntent(id, slowly('convenience_store'))).toEqual(known);
    });

    it('is captured when the customer has paid', async () => {
      const id = await awaiting('convenience_store');
      expect(await control(`intents/${id}/pay`)).toBe(200);
      expect(await provider.findIntent(id)).toEqual({ kind: 'captured', amount: 1200 });
      expect(await provider.cancelIntent(id)).toEqual({ kind: 'captured', amount: 1200 });
    });

    it('expires, cannot be paid any more, and is canceled then', async () => {
      const id = await awaiting('convenience_store');
      expect(await control(`intents/${id}/expire`)).toBe(200);
      expect(await provider.findIntent(id)).toEqual({ kind: 'expired' });
      expect(await control(`intents/${id}/pay`)).toBe(400);
      expect(await provider.cancelIntent(id)).toEqual({ kind: 'canceled' });
    });

    it('is canceled while the customer could pay, and cannot be paid then', async () => {
      const id = await awaiting('convenience_store');
      expect(await provider.cancelIntent(id)).toEqual({ kind: 'canceled' });
      expect(await control(`intents/${id}/pay`)).toBe(400);
      expect(await audit(id)).toMatchObject({ captures: 0 });
    });

    it('in another currency is a rejection', async () => {
      const order = { ...orderOf('convenience_store'), currency: 'EUR' };
      expect(await errorOf(provider.createIntent(order))).toBeInstanceOf(ProviderRejection);
    });
  });

  describe('a bank transfer', () => {
    it.each(['JPY', 'GBP', 'USD', 'MXN'])('in %s has a reference and no end', async (currency) => {
      const id = await opened({ ...orderOf('bank_transfer'), currency });
      const state = await provider.confirmIntent(id, slowly('bank_transfer'));
      const reference = expect.stringMatching(/^\d{10}$/);
      const url = expect.stringMatching(/^https:/);
      expect(state).toEqual({ kind: 'awaiting-customer', instructions: { reference, url } });
      expect(await provider.findIntent(id)).toEqual(state);
    });

    it('is captured when the money is there', async () => {
      const id = await awaiting('bank_transfer');
      expect(await control(`intents/${id}/pay`)).toBe(200);
      expect(await provider.findIntent(id)).toEqual({ kind: 'captured', amount: 1200 });
    });

    it('is canceled while the money is not there', async () => {
      const id = await awaiting('bank_transfer');
      expect(await provider.cancelIntent(id)).toEqual({ kind: 'canceled' });
    });

    it('that is asked for again is the same intent of the same customer', async () => {
      const order = orderOf('bank_transfer');
      expect(await opened(order)).toBe(await opened(order));
    });

    it('in a currency that needs to know more is a rejection', async () => {
      const order = { ...orderOf('bank_transfer'), currency: 'EUR' };
      expect(await errorOf(provider.createIntent(order))).toBeInstanceOf(ProviderRejection);
    });
  });

  describe('giving back', () => {
    const orderId = randomUUID();

    it('is all that is left, once, also when the provider has forgotten that it did', async () => {
      const intentId = await captured();
      expect(await provider.refund({ orderId: intentId, intentId })).toBe(1200);
      expect(await provider.refund({ orderId: intentId, intentId })).toBe(1200);
      nowMs += KEY_LIFETIME_MS;
      expect(await provider.refund({ orderId: intentId, intentId })).toBe(1200);
      expect(await audit(intentId)).toMatchObject({ refunded: 1200 });
      expect(await provider.totalRefunded(intentId)).toBe(1200);
    });

    it('is one part a return, whatever is forgotten, and then the rest', async () => {
      const intentId = await captured();
      const part = { returnId: randomUUID(), amount: 300 };
      const other = { returnId: randomUUID(), amount: 200 };
      for (const returned of [part, part, other]) {
        expect(await provider.refund({ orderId, intentId, part: returned })).toBe(returned.amount);
        nowMs += KEY_LIFETIME_MS;
      }
      expect(await provider.totalRefunded(intentId)).toBe(500);
      await provider.refund({ orderId: intentId, intentId });
      expect(await audit(intentId)).toMatchObject({ refunded: 1200 });
      const late = { returnId: randomUUID(), amount: 1 };
      const error = await errorOf(provider.refund({ orderId, intentId, part: late }));
      expect(error).toBeInstanceOf(ProviderRejection);
    });

    it('counts no refund that the customer’s bank sent back', async () => {
      const intentId = await captured();
      await provider.refund({ orderId: intentId, intentId });
      const [refund] = (await audit(intentId)).refunds;
      expect(await control(`refunds/${refund?.id}/fail`)).toBe(200);
      expect(await provider.totalRefunded(intentId)).toBe(0);
    });

    it('what was not taken is a rejection', async () => {
      const intentId = await opened();
      const error = await errorOf(provider.refund({ orderId: intentId, intentId }));
      expect(error).toBeInstanceOf(ProviderRejection);
    });
  });

  describe('the list of intents', () => {
    const allIn = async (from: Date, to: Date): Promise<BookedIntent[]> => {
      const all: BookedIntent[] = [];
      let cursor: string | undefined;
      do {
        const page = await provider.listIntents({ from, to }, cursor);
        expect(page.intents.length).toBeLessThanOrEqual(100);
        all.push(...page.intents);
        cursor = page.next;
      } while (cursor !== undefined);
      return all;
    };

    it('says of each where it stands, and what was taken and given back', async () => {
      nowMs += 10_000;
      const from = new Date(nowMs);
      const paid = orderOf();
      const paidId = await opened(paid);
      await provider.confirmIntent(paidId, byCard('tok_ok'));
      const part = { returnId: randomUUID(), amount: 300 };
      await provider.refund({ orderId: paid.orderId, intentId: paidId, part });
      const declined = await opened();
      await provider.confirmIntent(declined, byCard('tok_declined'));
      const shop = await awaiting('convenience_store');
      const expired = await awaiting('convenience_store');
      await control(`intents/${expired}/expire`);
      const canceled = await opened();
      await provider.cancelIntent(canceled);
      const untouched = await opened();

      const to = new Date(nowMs + 1000);
      const listed = await allIn(from, to);
      const nothing = { captured: 0, refunded: 0 };
      expect(listed).toMatchObject([
        { intentId: untouched, status: 'unconfirmed', ...nothing },
        { intentId: canceled, status: 'canceled', ...nothing },
        { intentId: expired, status: 'expired', ...nothing },
        { intentId: shop, status: 'awaiting-customer', ...nothing },
        { intentId: declined, status: 'declined', ...nothing },
        { intentId: paidId, status: 'captured', captured: 1200, refunded: 300 },
      ]);
      const { orderId } = paid;
      expect(listed.at(-1)).toMatchObject({ orderId, amount: 1200, currency: 'JPY' });
    });

    it('is whole page by page, and each intent is in one of two spans that meet', async () => {
      nowMs += 10_000;
      const from = new Date(nowMs);
      const ids: string[] = [];
      for (let n = 0; n < 105; n += 1) {
        ids.unshift(await opened());
        nowMs += 50;
      }
      const between = new Date(from.getTime() + 2_500);
      const to = new Date(nowMs + 1_000);
      expect((await allIn(from, to)).map(({ intentId }) => intentId)).toEqual(ids);
      const later = await allIn(between, to);
      const earlier = await allIn(from, between);
      expect([...later, ...earlier].map(({ intentId }) => intentId)).toEqual(ids);
      expect(earlier.length).toBeGreaterThan(0);
      expect(later.length).toBeGreaterThan(0);
    });
  });

  describe('trouble', () => {
    it('with the provider is an error of the way out, and says what to do', async () => {
      const id = await opened();
      sandbox.mood.set({ mode: 'down' });
      const down = await errorOf(provider.findIntent(id));
      expect(down).toMatchObject({ name: 'OutboundError', fault: 'server-error' });
      const unreachable = client(1000, 'http://127.0.0.1:1');
      expect(await errorOf(unreachable.findIntent(id))).toMatchObject({
        ...{ name: 'OutboundError', fault: 'unreachable', sent: false },
      });
    });

    it('that lasts opens the breaker, which sends nothing', async () => {
      sandbox.mood.set({ mode: 'down' });
      const faults = new Set<string>();
      const isOpen = async (): Promise<boolean> => {
        faults.add((await errorOf(provider.findIntent('pi_1'))).message);
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
      const odd = client(5_000, `http://127.0.0.1:${port}`);
      expect(await errorOf(odd.findIntent('pi_1'))).toMatchObject(error);
      expect(await errorOf(odd.createIntent(orderOf()))).toMatchObject(error);
      // whoever calls decides whether it is asked again
      expect(asked).toBe(2);
      server.closeAllConnections();
      server.close();
    });

    it('shows no token and no word of the provider, whatever goes wrong', async () => {
      const secret = 'tok_secret_4242';
      const id = await opened();
      const canceled = await opened();
      await provider.cancelIntent(canceled);
      const card = byCard(secret);
      const states = [
        await provider.confirmIntent(id, card),
        await provider.confirmIntent(canceled, byCard('tok_ok')),
      ];
      const slow = byCard('tok_timeout');
      const errors = [
        await errorOf(client(200).confirmIntent(id, slow)),
        await errorOf(provider.confirmIntent('pi_unknown', byCard('tok_ok'))),
        await errorOf(client(500, 'http://127.0.0.1:1').confirmIntent(id, card)),
        await errorOf(provider.confirmIntent(await opened(), byCard('tok_error_then_ok'))),
        await errorOf(provider.refund({ orderId: id, intentId: await opened() })),
      ];
      for (const text of [JSON.stringify(states), ...errors.map(shown)]) {
        expect(text).not.toMatch(/tok_|secret|No such|cannot be|occurred on our side/);
      }
    });
  });
});

function instructionsOf(state: IntentState) {
  if (state.kind !== 'awaiting-customer') throw new Error(`it is ${state.kind}`);
  return state.instructions;
}
