/** Promises attacked here: each service is ready without a broker, and says over HTTP what it knows. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { notificationService } from '../../apps/notification/src/service.js';
import { paymentService } from '../../apps/payment/src/service.js';
import { shippingService } from '../../apps/shipping/src/service.js';
import { createService, Database } from '#messaging';
import { createLogger, type Logger } from '#platform';
import { createDatabase, freePort, testId, testPostgres, type PostgresServer } from '#testing';

jest.setTimeout(240_000);

type Start = (env: Record<string, string>, logger: Logger) => Promise<NestFastifyApplication>;

const services: [string, Start][] = [
  ['payment', (env, logger) => createService(paymentService, env, logger)],
  ['shipping', (env, logger) => createService(shippingService, env, logger)],
  ['notification', (env, logger) => createService(notificationService, env, logger)],
];

describe.each(services)('%s without a broker', (name, start) => {
  let postgres: PostgresServer;
  let app: NestFastifyApplication;
  beforeAll(async () => {
    postgres = await testPostgres();
    const database = await createDatabase(postgres, testId());
    // nobody listens there
    const nowhere = `127.0.0.1:${await freePort()}`;
    const env = {
      PORT: '0',
      DATABASE_URL: database.url,
      KAFKA_BROKERS: nowhere,
      PAYMENT_TOKEN_KEY: randomBytes(32).toString('base64'),
      PAYMENT_PROVIDER_URL: `http://${nowhere}`,
      PAYMENT_PROVIDER_KEY: 'sk',
      PROVIDER_WEBHOOK_SECRET: 'whsec_test',
      CARRIER_URL: `http://${nowhere}`,
      CARRIER_KEY: 'key',
      CARRIER_WEBHOOK_SECRET: 'whsec_test',
      SMTP_URL: `smtp://${nowhere}`,
    };
    app = await start(env, createLogger({ service: name, level: 'silent' }));
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  }, 240_000);
  afterAll(async () => {
    await app.close();
    await postgres.stop();
  });

  const get = async (url: string) => {
    const { statusCode: status, payload } = await app.inject({ method: 'GET', url });
    return { status, body: JSON.parse(payload) as unknown };
  };

  it('lives, and reports its parts', async () => {
    expect(await get('/health/live')).toEqual({ status: 200, body: { status: 'ok' } });
    const { body } = await get('/health');
    expect(body).toMatchObject({
      parts: { database: { status: 'up' }, kafka: { status: 'down' } },
    });
  });

  it('describes its API', async () => {
    expect((await get('/openapi.json')).status).toBe(200);
  });

  if (name === 'notification') return;
  const resource = name === 'payment' ? 'payments' : 'shipments';

  it('does not know every order', async () => {
    expect(await get(`/${resource}/${randomUUID()}`)).toMatchObject({
      status: 404,
      body: { status: 404, errors: [{ field: 'orderId' }] },
    });
  });

  it.each(['1', 'x'.repeat(400), "'", `${randomUUID()}0`])('refuses %s as an order', async (id) => {
    expect(await get(`/${resource}/${encodeURIComponent(id)}`)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'orderId' }] },
    });
  });

  it('shows what it has', async () => {
    const orderId = randomUUID();
    await app.get(Database).query(INSERT[resource], [orderId]);
    const { status, body } = await get(`/${resource}/${orderId.toUpperCase()}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ orderId, revision: 1 });
    expect(JSON.stringify(body)).not.toContain('sealed');
  });
});

const INSERT = {
  payments: `
    insert into payment (order_id, saga_id, customer_id, merchant_id, channel, method, currency,
                         amount, sealed_token, wanted, status, revision, charge_to, undo_to)
    values ($1, 's', 'c', 'm', 'web', 'credit_card', 'JPY', 1200, 'sealed', 'captured',
            'accepted', 1, '[]', '[]')`,
  shipments: `
    insert into shipment (order_id, saga_id, merchant_id, items, shipping_address, status, revision,
                          ship_to)
    values ($1, 's', 'm', '[]', '{}', 'requested', 1, '[]')`,
};
