/**
 * Promises attacked here: stock is what somebody has counted, in each warehouse and together; never
 * less than is promised; warehouses are what was last said of them; what is wrong is named.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stockAdjusted } from '#contracts';
import { inventoryService } from '../../apps/inventory/src/service.js';
import { ServiceWorld } from './service-world.js';

describe('the stock API', () => {
  let world: ServiceWorld;
  beforeAll(async () => {
    world = await ServiceWorld.start(inventoryService);
  }, 240_000);
  afterAll(() => world.stop());

  const urlOf = (productId: string) => `/stock/${encodeURIComponent(productId)}`;
  const get = (productId: string) => world.ask('GET', urlOf(productId));
  const put = (productId: string, body: unknown) => world.ask('PUT', urlOf(productId), body);
  const open = (warehouseId: string, priority: number, active = true) =>
    world.ask('PUT', `/warehouses/${warehouseId}`, { name: warehouseId, priority, active });
  const promise = (productId: string, reserved: number) =>
    world.database.query(
      `update stock set reserved = $2 where product_id = $1 and warehouse_id = 'main'`,
      [productId, reserved],
    );

  it('answers what was set', async () => {
    expect((await get('85123A')).status).toBe(404);
    const main = { warehouseId: 'main', onHand: 20, reserved: 0, available: 20, active: true };
    expect(await put('85123A', { onHand: 20 })).toMatchObject({
      status: 200,
      body: { productId: '85123A', onHand: 20, reserved: 0, available: 20, warehouses: [main] },
    });
    await put('85123A', { onHand: 20 });
    await put('85123A', { onHand: 15 });
    await promise('85123A', 4);
    expect((await get('85123A')).body).toEqual({
      productId: '85123A',
      onHand: 15,
      reserved: 4,
      available: 11,
      warehouses: [{ ...main, onHand: 15, reserved: 4, available: 11 }],
    });
    const facts = (await world.told('85123A')).map(({ data }) => stockAdjusted.data.parse(data));
    expect(facts.map(({ revision, quantity }) => [revision, quantity])).toEqual([
      [1, 20],
      [2, -5],
    ]);
  });

  it('adds up what lies in several warehouses, and offers none of what is closed', async () => {
    await open('east', 1);
    await open('closed', 2, false);
    await put('spread', { onHand: 5 });
    await put('spread', { onHand: 3, warehouseId: 'east' });
    const set = await put('spread', { onHand: 7, warehouseId: 'closed' });
    const place = (warehouseId: string, onHand: number) => ({
      warehouseId,
      onHand,
      reserved: 0,
      available: onHand,
      active: true,
    });
    expect(set.body).toEqual({
      productId: 'spread',
      onHand: 15,
      reserved: 0,
      available: 8,
      warehouses: [
        place('east', 3),
        { ...place('closed', 7), available: 0, active: false },
        place('main', 5),
      ],
    });
    expect((await get('spread')).body).toEqual(set.body);
  });

  it('does not set less than is promised', async () => {
    await put('hot', { onHand: 9 });
    await promise('hot', 9);
    const refused = await put('hot', { onHand: 8 });
    expect(refused.status).toBe(409);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(refused.body).toMatchObject({
      title: 'Less than is reserved',
      productId: 'hot',
      warehouseId: 'main',
      onHand: 9,
      reserved: 9,
    });
  });

  it('knows from when on a product is low, as long as somebody wants to know', async () => {
    const threshold = (productId: string, value: unknown) =>
      world.ask('PUT', `${urlOf(productId)}/threshold`, { threshold: value });
    expect((await threshold('nobody-has-it', 5)).status).toBe(404);
    await put('watched', { onHand: 9 });
    expect((await threshold('watched', 4)).body).toMatchObject({ onHand: 9, lowThreshold: 4 });
    expect((await threshold('watched', 5)).body).toMatchObject({ lowThreshold: 5 });
    await put('watched', { onHand: 5 });
    await put('watched', { onHand: 4 });
    await put('watched', { onHand: 3 });
    expect((await threshold('watched', null)).body).not.toHaveProperty('lowThreshold');
    await put('watched', { onHand: 9 });
    await put('watched', { onHand: 1 });
    const told = (await world.told('watched')).filter(({ type }) => type.endsWith('.low'));
    expect(told).toMatchObject([{ data: { quantity: 4, threshold: 5, onHand: 4 } }]);
    for (const wrong of [0, 1.5, '5', undefined]) {
      const refused = await threshold('watched', wrong);
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'threshold' }] } });
    }
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
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'onHand' }] } });
  });

  it('refuses a warehouse that nobody has opened, and what could not be one', async () => {
    for (const [warehouseId, status] of [
      ['nowhere', 422],
      ['Main', 400],
      ['', 400],
    ] as const) {
      const refused = await put('A', { onHand: 1, warehouseId });
      expect(refused).toMatchObject({ status, body: { errors: [{ field: 'warehouseId' }] } });
    }
  });

  it('refuses a field it does not know, and what is no JSON object', async () => {
    expect((await put('A', { onHand: 1, reserved: 1 })).body).toMatchObject({
      status: 400,
      errors: [{ field: 'reserved' }],
    });
    for (const body of ['{', '[]', '5', 'null']) expect((await put('A', body)).status).toBe(400);
  });

  it('takes the ends of the range', async () => {
    for (const onHand of [1_000_000_000, 0]) {
      expect((await put('ends', { onHand })).body).toMatchObject({ onHand });
    }
  });

  it.each(['a'.repeat(65), ' A', 'a/b', 'ä', 'a\u0000b', '..', "a';--"])(
    'refuses the product id %j',
    async (productId) => {
      for (const answer of [await get(productId), await put(productId, { onHand: 1 })]) {
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
      }
    },
  );

  it.each(['a'.repeat(64), 'A-1_b.c:d+e', 'BANK CHARGES', '7'])(
    'takes the product id %j',
    async (productId) => {
      expect((await put(productId, { onHand: 1 })).status).toBe(200);
      expect((await get(productId)).body).toMatchObject({ productId });
    },
  );

  describe('of warehouses', () => {
    it('has one from the start, and lists them in the order in which they are asked', async () => {
      const other = await ServiceWorld.start(inventoryService);
      try {
        const list = async () => (await other.ask('GET', '/warehouses')).body['items'];
        const main = {
          warehouseId: 'main',
          name: 'Main warehouse',
          priority: 100,
          active: true,
        };
        expect(await list()).toEqual([main]);
        const east = { name: 'East', priority: 7, active: false };
        expect(await other.ask('PUT', '/warehouses/east', east)).toMatchObject({
          status: 200,
          body: { warehouseId: 'east', ...east },
        });
        expect(await list()).toEqual([{ warehouseId: 'east', ...east }, main]);
        const closed = { name: 'Old', priority: 3, active: false };
        await other.ask('PUT', '/warehouses/main', closed);
        await other.ask('PUT', '/warehouses/main', closed);
        expect(await list()).toEqual([
          { warehouseId: 'main', ...closed },
          { warehouseId: 'east', ...east },
        ]);
      } finally {
        await other.stop();
      }
    });

    it.each([
      ['name', { name: '' }],
      ['name', { name: undefined }],
      ['priority', { priority: -1 }],
      ['priority', { priority: 1.5 }],
      ['active', { active: 'yes' }],
      ['active', { active: undefined }],
    ])('refuses a %s like %j', async (field, change) => {
      const body = { name: 'W', priority: 1, active: true, ...change };
      const refused = await world.ask('PUT', '/warehouses/w', body);
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ field }] } });
      expect((await world.ask('PUT', '/warehouses/UPPER', body)).status).toBe(400);
    });
  });

  it('is described by its OpenAPI document', async () => {
    const { body } = await world.ask('GET', '/openapi.json');
    expect(body).toMatchObject({
      paths: {
        '/stock/{productId}': { get: { parameters: [{ name: 'productId' }] }, put: {} },
        '/stock/{productId}/threshold': { put: {} },
        '/stock/{productId}/receipts': { post: {} },
        '/stock/{productId}/adjustments': { post: {} },
        '/stock/{productId}/movements': { get: {} },
        '/stock/batch': { post: {} },
        '/warehouses': { get: {} },
        '/warehouses/{warehouseId}': { put: {} },
      },
      components: {
        schemas: {
          SetThresholdDto: { properties: { threshold: { type: 'integer', nullable: true } } },
        },
      },
    });
  });
});
