/** Each merchant reaches its own orders by its key, on every route, and nobody else's. */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { learnMerchants } from '../../../apps/order/src/persistence/known-rows.js';
import type { MerchantFact } from '#contracts';
import { newApiKey, routesOf } from '#platform';
import { SseClient } from '../../support/sse.js';
import { OrderWorld, validOrder } from './order-world.js';

/** Whoever adds a route says here, too, what it answers about an order of somebody else. */
const OF_ONE_ORDER = [
  'GET /orders/:orderId',
  'GET /orders/:orderId/history',
  'GET /orders/:orderId/events',
  'POST /orders/:orderId/payment',
  'POST /orders/:orderId/cancel',
  'GET /orders/:orderId/returns',
  'POST /orders/:orderId/returns',
  'GET /orders/:orderId/returns/:returnId',
  'POST /orders/:orderId/returns/:returnId/cancel',
];
const OF_ALL = ['GET /orders', 'POST /orders'];
const OPEN = ['GET /health', 'GET /health/live', 'GET /metrics', 'GET /openapi.json'];

const newKey = () => {
  const keyId = randomBytes(8).toString('hex');
  return { keyId, ...newApiKey('mk', keyId) };
};
type Key = ReturnType<typeof newKey>;
const by = ({ apiKey }: Pick<Key, 'apiKey'>) => ({ 'x-api-key': apiKey });

let world: OrderWorld;
const tea = newKey();
const mugs = newKey();
beforeAll(async () => {
  world = await OrderWorld.start(undefined, 'off', { ORDER_API_KEYS: 'required' });
  await know('tea', 1, [tea]);
  await know('mugs', 1, [mugs]);
}, 240_000);
afterAll(() => world?.stop(), 240_000);

const know = (merchantId: string, revision: number, keys: readonly Key[]): Promise<void> => {
  const apiKeys = keys.map(({ keyId, hash }) => ({ keyId, hash }));
  const status: MerchantFact['status'] = 'active';
  return world.database.transaction((tx) =>
    learnMerchants(tx, [{ merchantId, revision, status, apiKeys }]),
  );
};
const place = async (key: Key, changes: object = {}): Promise<string> => {
  const { status, body } = await world.post('/orders', validOrder(changes), by(key));
  if (status !== 202) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return String(body['orderId']);
};

/** A stream to which somebody was let in goes on for minutes: the test fails before. */
const endless = async (): Promise<never> => {
  await pause(10_000, undefined, { ref: false });
  throw new Error('the answer does not end');
};

describe('the order API', () => {
  const told = () =>
    routesOf(world.app)
      .filter(({ method, url }) => method !== 'HEAD' && !/^\/docs(\/|-|$)/.test(url))
      .map(({ method, url }) => `${method} ${url}`);

  it('has no route of which this test does not know', () => {
    expect(told().toSorted()).toEqual([...OF_ALL, ...OF_ONE_ORDER, ...OPEN].toSorted());
  });

  it('asks nobody for a key who wants to know how it is', async () => {
    for (const route of OPEN) {
      const [, url = ''] = route.split(' ');
      expect((await world.app.inject({ method: 'GET', url })).statusCode).not.toBe(401);
    }
  });

  it.each([...OF_ALL, ...OF_ONE_ORDER])('is closed without a good key: %s', async (route) => {
    const [method, pattern] = route.split(' ') as ['GET' | 'POST', string];
    const url = pattern.replaceAll(/:\w+/g, randomUUID());
    const bad = [{}, { 'x-api-key': 'no key' }, by(newKey()), by({ apiKey: 'sk_1_x' })];
    for (const headers of bad) {
      const methods = method === 'GET' ? (['GET', 'HEAD'] as const) : [method];
      for (const one of methods) {
        const answer = await world.app.inject({ method: one, url, headers });
        expect(answer.statusCode).toBe(401);
        expect(answer.headers['www-authenticate']).toContain('ApiKey realm="orders"');
      }
    }
  });

  it.each(OF_ONE_ORDER)('knows no order of another merchant: %s', async (route) => {
    const [method, pattern] = route.split(' ') as ['GET' | 'POST', string];
    const url = (orderId: string) =>
      pattern.replace(':orderId', orderId).replace(':returnId', randomUUID());
    const ask = async (orderId: string, key: Key) => {
      const payload = { token: 'tok_ok', items: [{ productId: 'p-1', quantity: 1 }] };
      const answer = await Promise.race([
        world.app.inject({
          ...{ method, url: url(orderId), headers: by(key) },
          ...(method === 'POST' && { payload }),
        }),
        endless(),
      ]);
      return { status: answer.statusCode, body: answer.body.replaceAll(orderId, '…') };
    };
    const [orderId, unknown] = [await place(tea), randomUUID()];
    const events = async () => (await world.events()).length;
    const before = await events();
    const foreign = await ask(orderId, mugs);
    expect(foreign.status).toBe(404);
    // nor can anybody tell it from one that there never was
    const stripped = (text: string) => text.replaceAll(/[0-9a-f]{8}-[-0-9a-f]{27}/g, '…');
    expect(stripped(foreign.body)).toBe(stripped((await ask(unknown, mugs)).body));
    expect(await ask(orderId.toUpperCase(), mugs)).toMatchObject({ status: 404 });
    expect(await events()).toBe(before);
    expect((await world.get(`/orders/${orderId}`, by(tea))).body).toMatchObject({ revision: 1 });
    expect(await ask('x', mugs)).toMatchObject({ status: 400 });
  });

  it('lets a merchant do with its own order what there is to be done', async () => {
    const orderId = await place(tea);
    for (const what of ['', '/history', '/returns']) {
      expect((await world.get(`/orders/${orderId}${what}`, by(tea))).status).toBe(200);
    }
    const cancelled = await world.post(`/orders/${orderId}/cancel`, {}, by(tea));
    expect(cancelled.status).toBe(202);
  });

  it('takes an order for the merchant whose key it is, named or not', async () => {
    for (const changes of [{}, { merchantId: 'tea' }]) {
      const orderId = await place(tea, changes);
      expect((await world.get(`/orders/${orderId}`, by(tea))).body).toMatchObject({
        merchantId: 'tea',
      });
    }
  });

  it('takes none for another merchant, and says which is meant', async () => {
    const before = await world.orderCount();
    const answer = await world.post('/orders', validOrder({ merchantId: 'mugs' }), by(tea));
    expect(answer).toMatchObject({
      status: 403,
      body: { code: 'another-merchant', errors: [{ field: 'merchantId' }] },
    });
    expect(answer.body['detail']).toContain('must be tea');
    expect(await world.orderCount()).toBe(before);
  });

  it('finds a merchant its own orders only, whatever is asked', async () => {
    const customerId = `c-${randomUUID()}`;
    const [own, other] = [await place(tea, { customerId }), await place(mugs, { customerId })];
    const list = async (key: Key, query = '') =>
      world.get(`/orders?limit=100&customerId=${customerId}${query}`, by(key));
    const idsOf = async (key: Key, query?: string) =>
      ((await list(key, query)).body['items'] as { orderId: string }[]).map(
        ({ orderId }) => orderId,
      );
    expect(await idsOf(tea)).toEqual([own]);
    expect(await idsOf(mugs)).toEqual([other]);
    expect(await idsOf(mugs, '&merchantId=mugs')).toEqual([other]);
    const everything = await world.get('/orders?limit=100', by(mugs));
    for (const { merchantId } of everything.body['items'] as { merchantId: string }[]) {
      expect(merchantId).toBe('mugs');
    }
    expect(await list(tea, '&merchantId=mugs')).toMatchObject({
      status: 403,
      body: { code: 'another-merchant' },
    });
  });

  it('keeps the Idempotency-Keys of merchants apart', async () => {
    const headers = { 'idempotency-key': `k-${randomUUID()}` };
    const ask = async (key: Key) =>
      (await world.post('/orders', validOrder(), { ...by(key), ...headers })).body['orderId'];
    const [own, other] = [await ask(tea), await ask(mugs)];
    expect(own).not.toBe(other);
    expect([await ask(tea), await ask(mugs)]).toEqual([own, other]);
  });
});

describe("a merchant's key", () => {
  it('is refused by every replica as soon as the merchant is heard to have revoked it', async () => {
    const [first, second] = [newKey(), newKey()];
    await know('pots', 1, [first, second]);
    const other = await world.replica();
    const statuses = (key: Key) =>
      Promise.all(
        [world.app, other].map(
          async (app) =>
            (await app.inject({ method: 'GET', url: '/orders', headers: by(key) })).statusCode,
        ),
      );
    expect(await statuses(first)).toEqual([200, 200]);
    await know('pots', 2, [second]);
    expect(await statuses(first)).toEqual([401, 401]);
    expect(await statuses(second)).toEqual([200, 200]);
  });

  it('ends the streams that were asked for with it when it is revoked', async () => {
    await world.app.listen(0, '127.0.0.1');
    const url = await world.app.getUrl();
    const [first, second] = [newKey(), newKey()];
    await know('cups', 1, [first, second]);
    const orderId = await place(first);
    const watch = (key: Key) =>
      SseClient.open(`${url}/orders/${orderId}/events`, undefined, by(key));
    const [one, two] = [await watch(first), await watch(second)];
    try {
      expect([one.status, two.status]).toEqual([200, 200]);
      await know('cups', 2, [second]);
      await one.untilOver();
      expect(two.over).toBeUndefined();
      expect((await watch(first)).status).toBe(401);
    } finally {
      one.close();
      two.close();
    }
  });

  it('costs one read by the primary key, also when it is wrong, and none when it is no key', async () => {
    const queries = jest.spyOn(world.database, 'query');
    try {
      const wrong = Array.from({ length: 20 }, () => newKey());
      for (const key of wrong) {
        // an order is not looked for where the key is not good
        const { status } = await world.get(`/orders/${randomUUID()}`, by(key));
        expect(status).toBe(401);
      }
      const about = () => queries.mock.calls.filter(([sql]) => /merchant_key|orders/.test(sql));
      expect(about().map(([, params]) => params)).toEqual(wrong.map(({ keyId }) => [keyId]));
      for (const { apiKey } of wrong) await world.get('/orders', by({ apiKey: `${apiKey}x` }));
      expect(about()).toHaveLength(wrong.length);
      const [sql = '', params] = about()[0] ?? [];
      const plan = await world.database.query(`explain ${sql}`, params);
      expect(JSON.stringify(plan)).toContain('Index Scan using merchant_key_pkey');
    } finally {
      queries.mockRestore();
    }
  });

  it('stands in no log, no error and no answer', async () => {
    const wrong = newKey();
    const answers = [
      await world.get('/orders', by(wrong)),
      await world.get(`/orders?apiKey=${tea.apiKey}`, by(tea)),
      await world.get(`/nothing/${tea.apiKey}`, by(tea)),
      await world.post('/orders', validOrder({ merchantId: 'mugs' }), by(tea)),
      await world.post('/orders', validOrder(), by(tea)),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 400, 404, 403, 202]);
    const shown = JSON.stringify(answers) + world.logged.join('');
    for (const { apiKey } of [wrong, tea, mugs]) expect(shown).not.toContain(apiKey.slice(-43));
  });
});

describe('an order service that asks for no keys', () => {
  it('takes orders of every merchant, as it was before there were keys', async () => {
    const open = await OrderWorld.start();
    try {
      const { status, body } = await open.post('/orders', validOrder({ merchantId: 'mugs' }));
      expect(status).toBe(202);
      expect((await open.get(`/orders/${String(body['orderId'])}`)).status).toBe(200);
    } finally {
      await open.stop();
    }
  });
});
