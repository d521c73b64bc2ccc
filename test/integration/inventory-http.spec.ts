import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { stockAdjusted } from '#contracts';
import { Database } from '#messaging';
import { createHttpApp, createLogger } from '#platform';
import { startPostgres, type PostgresServer } from '#testing';
import { StockController } from '../../apps/inventory/src/http/stock.controller.js';
import { StockDesk } from '../../apps/inventory/src/http/stock-desk.js';
import { migrations } from '../../migrations/inventory/index.js';
import { ParticipantDatabase, type Replica } from './participant-harness.js';

describe('the stock API', () => {
  let server: PostgresServer;
  let database: ParticipantDatabase;
  let replica: Replica;
  let app: NestFastifyApplication;

  beforeAll(async () => {
    server = await startPostgres({ fsync: false });
    database = await ParticipantDatabase.create(server, async (runner) => {
      for (const Migration of migrations) await new Migration().up(runner);
    });
    replica = await database.replica();

    @Module({
      controllers: [StockController],
      providers: [
        { provide: Database, useValue: replica.database },
        { provide: StockDesk, useValue: new StockDesk(replica.outbox) },
      ],
    })
    class StockModule {}
    const logger = createLogger({ service: 'inventory', level: 'silent' });
    app = await createHttpApp(StockModule, { service: 'inventory', title: 'Inventory', logger });
    await app.init();
  }, 240_000);
  afterAll(async () => {
    await app.close();
    await database.close();
    await server.stop();
  });

  const get = (productId: string) => app.inject(`/stock/${encodeURIComponent(productId)}`);
  const put = (productId: string, body: unknown) =>
    app.inject({
      method: 'PUT',
      url: `/stock/${encodeURIComponent(productId)}`,
      headers: { 'content-type': 'application/json' },
      payload: typeof body === 'string' ? body : JSON.stringify(body),
    });

  it('answers what was set', async () => {
    expect((await get('85123A')).statusCode).toBe(404);
    const set = await put('85123A', { onHand: 20 });
    expect([set.statusCode, set.json()]).toEqual([
      200,
      { productId: '85123A', onHand: 20, reserved: 0, available: 20 },
    ]);
    await put('85123A', { onHand: 20 });
    await put('85123A', { onHand: 15 });
    await replica.database.query(`update stock set reserved = 4 where product_id = '85123A'`);
    expect((await get('85123A')).json()).toEqual({
      productId: '85123A',
      onHand: 15,
      reserved: 4,
      available: 11,
    });
    const facts = replica.published.map(({ data }) => stockAdjusted.data.parse(data));
    expect(facts.map(({ revision, quantity }) => [revision, quantity])).toEqual([
      [1, 20],
      [2, -5],
    ]);
  });

  it('does not set less than is promised', async () => {
    await put('hot', { onHand: 9 });
    await replica.database.query(`update stock set reserved = 9 where product_id = 'hot'`);
    const refused = await put('hot', { onHand: 8 });
    expect(refused.statusCode).toBe(409);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(refused.json()).toMatchObject({ title: 'Less than is reserved', reserved: 9 });
  });

  it.each([
    ['a negative number', { onHand: -1 }],
    ['a fraction', { onHand: 1.5 }],
    ['too many', { onHand: 1_000_000_001 }],
    ['more than a double can count', '{"onHand": 1e300}'],
    ['a text', { onHand: '5' }],
    ['null', { onHand: null }],
    ['nothing', {}],
  ])('refuses %s, naming the field', async (_, body) => {
    const refused = await put('A', body);
    expect(refused.statusCode).toBe(400);
    expect(refused.json()).toMatchObject({ errors: [{ field: 'onHand' }] });
  });

  it('refuses a field it does not know, and what is no JSON object', async () => {
    expect((await put('A', { onHand: 1, reserved: 1 })).json()).toMatchObject({
      status: 400,
      errors: [{ field: 'reserved' }],
    });
    for (const body of ['{', '[]', '5', 'null'])
      expect((await put('A', body)).statusCode).toBe(400);
  });

  it('takes the ends of the range', async () => {
    for (const onHand of [1_000_000_000, 0]) {
      expect((await put('ends', { onHand })).json()).toMatchObject({ onHand });
    }
  });

  it.each(['a'.repeat(65), ' A', 'a/b', 'ä', 'a\u0000b', '..', "a';--"])(
    'refuses the product id %j',
    async (productId) => {
      for (const answer of [await get(productId), await put(productId, { onHand: 1 })]) {
        expect(answer.statusCode).toBeGreaterThanOrEqual(400);
        expect(answer.statusCode).toBeLessThan(500);
      }
    },
  );

  it.each(['a'.repeat(64), 'A-1_b.c:d+e', 'BANK CHARGES', '7'])(
    'takes the product id %j',
    async (productId) => {
      expect((await put(productId, { onHand: 1 })).statusCode).toBe(200);
      expect((await get(productId)).json()).toMatchObject({ productId });
    },
  );

  it('is described by its OpenAPI document', async () => {
    const document = (await app.inject('/openapi.json')).json<{ paths: object }>();
    expect(document.paths).toMatchObject({
      '/stock/{productId}': { get: { parameters: [{ name: 'productId' }] }, put: {} },
    });
  });
});
