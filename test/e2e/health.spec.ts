/** A service says whether it can do its work, and what it offers. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { apps, SANDBOX_NAMES, SERVICE_NAMES, TestWorld, waitFor, type AppName } from '#testing';
import { call, get } from '../support/http.js';
import { anOrder } from '../support/orders.js';
import { Shop } from '../support/shop.js';

jest.setTimeout(240_000);

interface Health {
  readonly status: string;
  readonly parts: Readonly<Record<string, { readonly status: string; readonly detail?: string }>>;
}

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

describe('a running system', () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await TestWorld.start({ apps: apps.map(({ name }) => name) });
  }, 240_000);
  afterAll(() => world?.stop(), 240_000);

  it.each(SERVICE_NAMES)('says that it is well, part by part: %s', async (name) => {
    const health = await waitFor(
      async () => {
        const answer = await call<Health>(`${world.url(name)}/health`);
        return answer.status === 200 && answer.body.status === 'ok' ? answer.body : undefined;
      },
      { what: `${name} to be well` },
    );
    const parts = Object.values(health.parts).map(({ status }) => status);
    expect(parts.length).toBeGreaterThanOrEqual(2);
    expect(new Set(parts)).toEqual(new Set(['up']));
    expect(await get(`${world.url(name)}/health/live`)).toEqual({ status: 'ok' });
  });

  it.each(SANDBOX_NAMES)('has sandboxes that say so too: %s', async (name) => {
    expect(await get(`${world.url(name)}/health/live`)).toEqual({ status: 'ok' });
    expect((await call(`${world.url(name)}/health`)).status).toBe(200);
  });

  it.each<[AppName, Record<string, string[]>]>([
    [
      'order',
      {
        '/orders': ['get', 'post'],
        '/orders/{orderId}': ['get'],
        '/orders/{orderId}/cancel': ['post'],
        '/orders/{orderId}/payment': ['post'],
      },
    ],
    [
      'orchestrator',
      {
        '/admin/sagas': ['get'],
        '/admin/sagas/{id}': ['get'],
        '/admin/sagas/{id}/history': ['get'],
      },
    ],
    ['inventory', { '/stock/{productId}': ['get', 'put'] }],
    [
      'catalog',
      {
        '/products': ['get'],
        '/products/{productId}': ['get', 'put'],
        '/products/batch': ['post'],
        '/products/{productId}/withdraw': ['post'],
      },
    ],
    [
      'customer',
      {
        '/customers': ['get'],
        '/customers/{customerId}': ['get', 'put'],
        '/customers/batch': ['post'],
        '/customers/{customerId}/block': ['post'],
        '/customers/{customerId}/unblock': ['post'],
      },
    ],
    [
      'merchant',
      {
        '/merchants': ['get'],
        '/merchants/{merchantId}': ['get', 'put'],
        '/merchants/{merchantId}/suspend': ['post'],
        '/merchants/{merchantId}/activate': ['post'],
        '/merchants/{merchantId}/fee-rates': ['post'],
        '/merchants/{merchantId}/fee-rates/effective': ['get'],
        '/merchants/{merchantId}/fee-rates/{rateId}': ['delete'],
        '/merchants/{merchantId}/payout-accounts/{currency}': ['delete', 'put'],
        '/merchants/{merchantId}/api-keys': ['post'],
        '/merchants/{merchantId}/api-keys/{keyId}': ['delete'],
      },
    ],
    ['payment', { '/payments/{orderId}': ['get'], '/webhooks/provider': ['post'] }],
    [
      'shipping',
      {
        '/shipments/{orderId}': ['get'],
        '/shipments/{orderId}/label': ['get'],
        '/rates': ['post'],
        '/webhooks/carrier': ['post'],
      },
    ],
  ])('describes its API, and shows it to people: %s', async (name, paths) => {
    const document = await get<OpenApi>(`${world.url(name)}/openapi.json`);
    expect(document.openapi).toMatch(/^3\./);
    const offered = Object.fromEntries(
      Object.entries(document.paths).map(([path, methods]) => [path, Object.keys(methods).sort()]),
    );
    expect(offered).toMatchObject(paths);
    const page = await call<string>(`${world.url(name)}/docs`);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.body).toContain('swagger');
  });

  it.each(SERVICE_NAMES)('counts what it does for Prometheus: %s', async (name) => {
    const { status, body } = await call<string>(`${world.url(name)}/metrics`);
    expect(status).toBe(200);
    expect(body).toMatch(/^process_cpu_seconds_total/m);
  });
});

describe('an order service that cannot reach Kafka', () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await TestWorld.start({
      apps: ['order', 'orchestrator'],
      env: {
        order: { KAFKA_BROKERS: '127.0.0.1:1' },
        orchestrator: { KAFKA_BROKERS: '127.0.0.1:1' },
      },
    });
  }, 240_000);
  afterAll(() => world?.stop(), 240_000);

  it('is degraded, says so, and goes on accepting; the orchestrator is not well', async () => {
    const order = await call<Health>(`${world.url('order')}/health`);
    expect(order).toMatchObject({
      status: 200,
      body: {
        status: 'degraded',
        parts: { kafka: { status: 'down' }, database: { status: 'up' } },
      },
    });
    const shop = new Shop(world);
    const orderId = await shop.place(anOrder({ productId: 'sku' }));
    expect(await shop.order(orderId)).toMatchObject({ status: 'pending' });
    const orchestrator = await call<Health>(`${world.url('orchestrator')}/health`);
    expect(orchestrator).toMatchObject({ status: 503, body: { status: 'error' } });
  });
});
