/**
 * Promises attacked here: a product is what was last put; every change is told once, in revisions
 * without gaps, whoever changes it at the same time; what changes nothing is not told.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { catalogService } from '../../apps/catalog/src/service.js';
import { productCreated, productUpdated } from '#contracts';
import { ServiceWorld } from './service-world.js';

const mug = { name: 'A mug', unitPrice: 120, currency: 'GBP' };

describe('the catalog', () => {
  let world: ServiceWorld;
  beforeAll(async () => {
    world = await ServiceWorld.start(catalogService);
  }, 240_000);
  afterAll(() => world.stop());

  const put = (productId: string, body: unknown, headers?: Record<string, string>) =>
    world.ask('PUT', `/products/${encodeURIComponent(productId)}`, body, headers);
  const get = (productId: string) => world.ask('GET', `/products/${encodeURIComponent(productId)}`);
  const batch = (products: readonly unknown[]) =>
    world.ask('POST', '/products/batch', { products });
  const revisionsTold = async (productId: string) =>
    (await world.told(productId)).map(({ data }) => data['revision']);

  it('makes a product, replaces it, and tells of both', async () => {
    const created = await put('a', mug);
    expect(created).toMatchObject({ status: 201, headers: { etag: '"1"' } });
    expect(created.body).toEqual({ productId: 'a', ...mug, status: 'active', revision: 1 });
    const replaced = await put('a', { ...mug, unitPrice: 130 });
    expect(replaced).toMatchObject({ status: 200, headers: { etag: '"2"' } });
    expect(await get('a')).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      body: { productId: 'a', ...mug, unitPrice: 130, status: 'active', revision: 2 },
    });
    const [first, second, ...more] = await world.told('a');
    expect(more).toEqual([]);
    expect(first?.type).toBe('com.example.product.created');
    expect(productCreated.data.parse(first?.data)).toMatchObject({ unitPrice: 120, revision: 1 });
    expect(second?.type).toBe('com.example.product.updated');
    expect(productUpdated.data.parse(second?.data)).toMatchObject({ unitPrice: 130, revision: 2 });
    expect(second?.topic).toBe('product.events');
  });

  it('neither writes nor tells what changes nothing', async () => {
    await put('same', mug);
    const before = await world.database.query(`select xmin from product where product_id = 'same'`);
    expect(await put('same', mug)).toMatchObject({ status: 200, body: { revision: 1 } });
    expect((await batch([{ productId: 'same', ...mug }])).body).toEqual({
      items: [{ productId: 'same', outcome: 'unchanged', revision: 1 }],
    });
    const after = await world.database.query(`select xmin from product where product_id = 'same'`);
    expect(after).toEqual(before);
    expect(await revisionsTold('same')).toEqual([1]);
  });

  it('withdraws a product once, and brings it back when told so', async () => {
    await put('old', mug);
    for (const _ of [1, 2]) {
      expect(await world.ask('POST', '/products/old/withdraw')).toMatchObject({
        status: 200,
        headers: { etag: '"2"' },
        body: { status: 'withdrawn', revision: 2 },
      });
    }
    expect((await put('old', { ...mug, unitPrice: 1 })).body).toMatchObject({
      status: 'withdrawn',
      revision: 3,
    });
    expect((await put('old', { ...mug, status: 'active' })).body['status']).toBe('active');
    expect(await revisionsTold('old')).toEqual([1, 2, 3, 4]);
    expect((await world.ask('POST', '/products/nobody/withdraw')).status).toBe(404);
  });

  it('lets a product be changed by who has read it as it is', async () => {
    await put('read', mug);
    const change = (unitPrice: number, tag: string) =>
      put('read', { ...mug, unitPrice }, { 'if-match': tag });
    expect((await change(121, '"1"')).body).toMatchObject({ revision: 2 });
    const late = await change(122, '"1"');
    expect(late.status).toBe(412);
    expect(late.headers['content-type']).toBe('application/problem+json');
    expect(late.body).toMatchObject({ status: 412, revision: 2 });
    // Sent again because its answer was lost.
    expect(await change(121, '"1"')).toMatchObject({ status: 200, body: { revision: 2 } });
    expect((await put('never', mug, { 'if-match': '"1"' })).status).toBe(412);
    expect((await get('never')).status).toBe(404);
    expect((await change(123, '2')).body).toMatchObject({
      status: 400,
      errors: [{ field: 'If-Match' }],
    });
    expect(await revisionsTold('read')).toEqual([1, 2]);
  });

  it('lets one of many make a product who all want to be the first, and overwrites none', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        put('first', { ...mug, unitPrice: 200 + n }, { 'if-none-match': '*' }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status === 412);
    expect(refused).toHaveLength(19);
    for (const { body } of refused) {
      expect(body).toMatchObject({ title: 'It is there already', revision: 1 });
    }
    expect((await put('first', mug, { 'if-none-match': '"1"' })).body).toMatchObject({
      status: 400,
      errors: [{ field: 'If-None-Match' }],
    });
    expect(await revisionsTold('first')).toEqual([1]);
  });

  it('lets one of many win who have all read the same', async () => {
    await put('won', mug);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        put('won', { ...mug, unitPrice: 200 + n }, { 'if-match': '"1"' }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(19);
    expect(await revisionsTold('won')).toEqual([1, 2]);
  });

  it('counts revisions without gaps or doubles, however many change it at once', async () => {
    const answers = await Promise.all([
      ...Array.from({ length: 60 }, (_, n) => put('busy', { ...mug, unitPrice: 1000 + n })),
      ...Array.from({ length: 10 }, (_, n) =>
        batch([
          { productId: 'busy', ...mug, unitPrice: 2000 + n },
          { productId: 'busier', ...mug, unitPrice: 2000 + n },
        ]),
      ),
      ...Array.from({ length: 10 }, (_, n) =>
        batch([
          { productId: 'busier', ...mug, unitPrice: 3000 + n },
          { productId: 'busy', ...mug, unitPrice: 3000 + n },
        ]),
      ),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 201]));
    expect(answers.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(1);
    const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
    const told = (await revisionsTold('busy')) as number[];
    expect(told.toSorted((a, b) => a - b)).toEqual(upTo(80));
    expect((await get('busy')).body['revision']).toBe(80);
    const others = (await revisionsTold('busier')) as number[];
    expect(others.toSorted((a, b) => a - b)).toEqual(upTo(20));
  });

  it('takes a thousand products at once, and says what became of each', async () => {
    const many = Array.from({ length: 1_000 }, (_, n) => ({ productId: `m-${n}`, ...mug }));
    const first = await batch(many);
    expect(first.status).toBe(200);
    expect(first.body['items']).toEqual(
      many.map(({ productId }) => ({ productId, outcome: 'created', revision: 1 })),
    );
    const changed = many.map((one, n) => (n % 2 === 0 ? one : { ...one, unitPrice: 5 }));
    const second = await batch([...changed.slice(0, 999), { productId: 'm-new', ...mug }]);
    const outcomes = second.body['items'] as { outcome: string; revision: number }[];
    expect(outcomes.slice(0, 3).map(({ outcome }) => outcome)).toEqual([
      'unchanged',
      'updated',
      'unchanged',
    ]);
    expect(outcomes.at(-1)).toEqual({ productId: 'm-new', outcome: 'created', revision: 1 });
    expect(await revisionsTold('m-0')).toEqual([1]);
    expect(await revisionsTold('m-1')).toEqual([1, 2]);
  });

  it('takes all of a batch or nothing of it', async () => {
    const refused = await batch([
      { productId: 'fine', ...mug },
      { productId: 'bad', ...mug, unitPrice: -1 },
      { productId: 'worse' },
    ]);
    expect(refused.status).toBe(400);
    const errors = refused.body['errors'] as { field: string }[];
    expect(errors.map(({ field }) => field)).toEqual(
      expect.arrayContaining(['products.1.unitPrice', 'products.2.name']),
    );
    expect((await get('fine')).status).toBe(404);
    const twice = await batch([
      { productId: 'fine', ...mug },
      { productId: 'fine', ...mug },
    ]);
    expect(twice.body).toMatchObject({
      status: 400,
      errors: [{ field: 'products.1.productId' }],
    });
    const tooMany = Array.from({ length: 1_001 }, (_, n) => ({ productId: `x-${n}`, ...mug }));
    for (const products of [[], tooMany, 'x', null]) {
      expect((await world.ask('POST', '/products/batch', { products })).body).toMatchObject({
        status: 400,
        errors: [{ field: 'products' }],
      });
    }
  });

  it('lists its products by id, page by page, each once', async () => {
    const ids = Array.from({ length: 25 }, (_, n) => `page-${String(n).padStart(2, '0')}`);
    await batch(ids.map((productId) => ({ productId, ...mug, currency: 'XTS' })));
    await world.ask('POST', '/products/page-07/withdraw');
    const pages = async (query: string) => {
      const found: Record<string, unknown>[] = [];
      let cursor = '';
      do {
        const { status, body } = await world.ask('GET', `/products?${query}${cursor}`);
        expect(status).toBe(200);
        found.push(...(body['items'] as Record<string, unknown>[]));
        cursor = typeof body['nextCursor'] === 'string' ? `&cursor=${body['nextCursor']}` : '';
      } while (cursor !== '');
      return found.filter(({ currency }) => currency === 'XTS').map((one) => one['productId']);
    };
    expect(await pages('limit=7')).toEqual(ids);
    expect(await pages('status=withdrawn&limit=1')).toEqual(['page-07']);
    expect(await pages('status=active&limit=100')).toEqual(ids.filter((id) => id !== 'page-07'));
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['status=sold', 'status'],
    ['cursor=..', 'cursor'],
    ['cursor=A', 'cursor'],
    ['page=2', 'page'],
  ])('refuses to list by %s', async (query, field) => {
    expect((await world.ask('GET', `/products?${query}`)).body).toMatchObject({
      status: 400,
      errors: [{ field }],
    });
  });

  it.each<[string, unknown, string]>([
    ['no name', { ...mug, name: undefined }, 'name'],
    ['a blank name', { ...mug, name: ' ' }, 'name'],
    ['a name that is too long', { ...mug, name: 'x'.repeat(201) }, 'name'],
    ['a negative price', { ...mug, unitPrice: -1 }, 'unitPrice'],
    ['a price with a fraction', { ...mug, unitPrice: 1.5 }, 'unitPrice'],
    ['a text for a price', { ...mug, unitPrice: '1' }, 'unitPrice'],
    ['a price over the ceiling', { ...mug, unitPrice: 1e13 }, 'unitPrice'],
    ['a currency in lower case', { ...mug, currency: 'gbp' }, 'currency'],
    ['an unknown status', { ...mug, status: 'sold' }, 'status'],
    ['a status of null', { ...mug, status: null }, 'status'],
    ['an unknown field', { ...mug, revision: 7 }, 'revision'],
    ['a list', [mug], ''],
    ['no body', '{}', 'name'],
  ])('refuses %s, naming the field', async (_, body, field) => {
    const refused = await put('bad-input', body);
    expect(refused.status).toBe(400);
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect((refused.body['errors'] as object[])[0]).toMatchObject({ field });
  });

  it.each(['a'.repeat(65), ' A', 'a/b', 'ä', 'a\u0000b', '..', "a';--"])(
    'refuses the product id %j',
    async (productId) => {
      for (const { status } of [await get(productId), await put(productId, mug)]) {
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }
    },
  );

  it('does its work without a broker, and says that others hear of it later', async () => {
    const { status, body } = await world.ask('GET', '/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'degraded',
      parts: { database: { status: 'up' }, kafka: { status: 'down' } },
    });
  });

  it('takes the ends of every range', async () => {
    const ends = { name: '茶'.repeat(200), unitPrice: 1_000_000_000_000, currency: 'XXX' };
    expect((await put('a'.repeat(64), ends)).body).toMatchObject(ends);
    expect((await put('7', { ...ends, unitPrice: 0 })).body['unitPrice']).toBe(0);
    const told = await world.told('a'.repeat(64));
    expect(productCreated.data.parse(told[0]?.data)).toMatchObject(ends);
  });
});
