import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { orderCreated, placeOrderInput, sagaStart } from '#contracts';
import { OrderWorld, validOrder } from './order-world.js';

const unknownId = '0190a000-0000-7000-8000-000000000001';

describe('the order API', () => {
  let world: OrderWorld;
  beforeAll(async () => {
    world = await OrderWorld.start();
  });
  afterAll(() => world.stop());

  it('accepts an order, keeps it, and asks for its saga, all in one', async () => {
    const before = await world.events();
    const answer = await world.post('/orders', validOrder());
    expect(answer).toMatchObject({ status: 202, body: { status: 'pending' } });
    const { orderId } = answer.body as { orderId: string };
    expect(answer.headers['location']).toBe(`/orders/${orderId}`);

    const { status, body } = await world.get(`/orders/${orderId}`);
    expect(status).toBe(200);
    const { payment, ...sent } = validOrder();
    expect(body).toEqual({
      ...sent,
      orderId,
      status: 'pending',
      merchantId: 'default-merchant',
      channel: 'web',
      totalAmount: 2599,
      payment: { method: payment.method },
      revision: 1,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });

    const events = (await world.events()).slice(before.length);
    expect(events.map(({ topic, key }) => [topic, key])).toEqual([
      ['saga.inbox', orderId],
      ['order.events', orderId],
    ]);
    const start = sagaStart.parse(events[0]?.data);
    expect(start).toMatchObject({ definition: 'place-order', businessKey: orderId });
    expect(placeOrderInput.parse(start.input)).toMatchObject({ orderId, totalAmount: 2599 });
    expect(orderCreated.data.parse(events[1]?.data)).toMatchObject({ orderId, revision: 1 });
  });

  it('keeps what is optional', async () => {
    const shippingAddress = { ...validOrder().shippingAddress, country: 'JP' };
    const order = validOrder({ merchantId: 'm-7', channel: 'app', shippingAddress });
    const { body } = await world.post('/orders', order);
    const kept = await world.get(`/orders/${String(body['orderId'])}`);
    expect(kept.body).toMatchObject({ merchantId: 'm-7', channel: 'app', shippingAddress });
  });

  it('never keeps or logs the card token in clear', async () => {
    await world.post('/orders', validOrder());
    const tables = await world.database.query<{ content: string }>(
      `select table_name, query_to_xml(format('select * from %I', table_name), true, false, '')::text
        as content from information_schema.tables where table_schema = 'public'`,
    );
    expect(tables.some(({ content }) => content.includes('customer-1'))).toBe(true);
    expect(tables.filter(({ content }) => content.includes('tok_secret'))).toEqual([]);
    expect(world.logged.filter((line) => line.includes('tok_secret'))).toEqual([]);
  });

  it('takes no card number for a token, and says and logs nothing of it', async () => {
    const token = '4242 4242 4242 4242';
    const orders = await world.orderCount();
    const payment = { ...validOrder().payment, token };
    for (const [path, body, field] of [
      ['/orders', validOrder({ payment }), 'payment.token'],
      [`/orders/${unknownId}/payment`, { token }, 'token'],
    ] as const) {
      const answer = await world.post(path, body);
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ field }] } });
      expect(JSON.stringify(answer)).not.toContain('4242');
    }
    expect(await world.orderCount()).toBe(orders);
    expect(world.logged.filter((line) => line.includes('4242'))).toEqual([]);
  });

  const items = (changes: object) => [{ ...validOrder().items[0], ...changes }];
  const address = (changes: object) => ({
    shippingAddress: { ...validOrder().shippingAddress, ...changes },
  });
  const missing = (field: string) =>
    Object.fromEntries(Object.entries(validOrder()).filter(([name]) => name !== field));

  it.each<[string, unknown, string]>([
    ['no body', {}, 'customerId'],
    ['a list as body', [validOrder()], ''],
    ['a number for a text', validOrder({ customerId: 7 }), 'customerId'],
    ['null for a text', validOrder({ customerId: null }), 'customerId'],
    ['an empty text', validOrder({ customerId: '' }), 'customerId'],
    ['a text that is too long', validOrder({ customerId: 'x'.repeat(65) }), 'customerId'],
    ['a control character', validOrder({ customerId: 'a\u0000b' }), 'customerId'],
    ['a missing currency', missing('currency'), 'currency'],
    ['a currency in lower case', validOrder({ currency: 'jpy' }), 'currency'],
    ['missing items', missing('items'), 'items'],
    ['empty items', validOrder({ items: [] }), 'items'],
    ['items that are no list', validOrder({ items: { 0: validOrder().items[0] } }), 'items'],
    ['an item that is no object', validOrder({ items: ['p-1'] }), 'items'],
    ['501 items', validOrder({ items: Array(501).fill(validOrder().items[0]) }), 'items'],
    ['10,000 items', validOrder({ items: Array(10_000).fill(validOrder().items[0]) }), 'items'],
    ['a text for a quantity', validOrder({ items: items({ quantity: '2' }) }), 'items.0.quantity'],
    ['no quantity', validOrder({ items: items({ quantity: undefined }) }), 'items.0.quantity'],
    ['a quantity of zero', validOrder({ items: items({ quantity: 0 }) }), 'items.0.quantity'],
    ['a negative quantity', validOrder({ items: items({ quantity: -1 }) }), 'items.0.quantity'],
    ['a fractional quantity', validOrder({ items: items({ quantity: 1.5 }) }), 'items.0.quantity'],
    ['a huge quantity', validOrder({ items: items({ quantity: 1e300 }) }), 'items.0.quantity'],
    ['a negative price', validOrder({ items: items({ unitPrice: -1 }) }), 'items.0.unitPrice'],
    ['a fractional price', validOrder({ items: items({ unitPrice: 9.99 }) }), 'items.0.unitPrice'],
    [
      'a price over the ceiling',
      validOrder({ items: items({ unitPrice: 1e13 }) }),
      'items.0.unitPrice',
    ],
    [
      'a fault in a later item',
      validOrder({ items: [...validOrder().items, ...items({}), ...items({ quantity: 0 })] }),
      'items.3.quantity',
    ],
    ['an unknown field', validOrder({ totalAmount: 1 }), 'totalAmount'],
    ['an unknown field in an item', validOrder({ items: items({ price: 1 }) }), 'items.0.price'],
    ['an unknown field in the address', validOrder(address({ zip: '1' })), 'shippingAddress.zip'],
    ['no city', validOrder(address({ city: undefined })), 'shippingAddress.city'],
    [
      'a country that is no code',
      validOrder(address({ country: 'Japan' })),
      'shippingAddress.country',
    ],
    ['a text for the address', validOrder({ shippingAddress: 'Tokyo' }), 'shippingAddress'],
    ['an e-mail address that is none', validOrder({ email: 'nobody' }), 'email'],
    ['an e-mail address with two dots', validOrder({ email: 'a..b@c.de' }), 'email'],
    ['a second line in the e-mail address', validOrder({ email: 'a@b.c\nBcc: d@e.f' }), 'email'],
    ['no payment', missing('payment'), 'payment'],
    ['an unknown method', validOrder({ payment: { method: 'cash' } }), 'payment.method'],
    ['no card token', validOrder({ payment: { method: 'credit_card' } }), 'payment.token'],
  ])('refuses %s with 400 and names the field', async (_, payload, field) => {
    const orders = await world.orderCount();
    const answer = await world.post('/orders', payload);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map((error) => error.field)).toContain(field);
    expect(answer.body).toMatchObject({
      type: expect.any(String),
      title: expect.any(String),
      status: 400,
      detail: expect.stringContaining(field || 'body'),
      instance: '/orders',
    });
    expect(await world.orderCount()).toBe(orders);
  });

  it('does not look into 10,000 items at all', async () => {
    const tooMany = Array.from({ length: 10_000 }, () => ({ x: 1 }));
    const answer = await world.post('/orders', validOrder({ items: tooMany }));
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([
      { field: 'items', message: 'must have at most 500 entries' },
    ]);
  });

  it.each([
    [
      'a total over the ceiling',
      { items: items({ quantity: 1_000_000, unitPrice: 1e12 }) },
      'items',
    ],
    ['a total of zero', { items: items({ unitPrice: 0 }) }, 'items'],
  ])('refuses %s with 422 and names the field', async (_, changes, field) => {
    const answer = await world.post('/orders', validOrder(changes));
    expect(answer.status).toBe(422);
    expect(answer.body.errors?.map((error) => error.field)).toEqual([field]);
  });

  it('refuses what it cannot even read', async () => {
    expect((await world.post('/orders', '{"customerId":')).status).toBe(400);
    expect((await world.post('/orders', '')).status).toBe(400);
    const large = await world.post('/orders', validOrder({ channel: 'x'.repeat(2_000_000) }));
    expect(large.status).toBe(413);
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
      const other = await world.post('/orders', 'a=b', { 'content-type': type });
      expect(other).toMatchObject({ status: 415, body: { status: 415, instance: '/orders' } });
    }
  });

  it.each<['GET' | 'PUT' | 'DELETE' | 'PATCH', string, number]>([
    ['PUT', '/orders', 405],
    ['DELETE', `/orders/${unknownId}`, 405],
    ['PATCH', `/orders/${unknownId}/cancel`, 405],
    ['GET', `/orders/${unknownId}/cancel`, 405],
    ['GET', '/order', 404],
    ['GET', `/orders/${unknownId}/nothing`, 404],
  ])('answers %s %s with %i', async (method, url, status) => {
    const answer = await world.app.inject({ method, url });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });

  it('tells an unknown order from an id that is none, and names the field', async () => {
    for (const url of [`/orders/${unknownId}`, `/orders/${unknownId}/cancel`]) {
      const cancel = url.endsWith('cancel');
      const answer = cancel ? await world.post(url, {}) : await world.get(url);
      expect(answer.status).toBe(404);
      expect(answer.body.errors?.[0]?.field).toBe('orderId');
    }
    for (const id of ['1', 'x'.repeat(300), `${unknownId}0`, "' or 1=1 --", '%00', '..%2f..']) {
      const answer = await world.get(`/orders/${encodeURIComponent(id)}`);
      expect([id, answer.status]).toEqual([id, 400]);
      expect(answer.body.errors?.[0]?.field).toBe('orderId');
      expect((await world.post(`/orders/${encodeURIComponent(id)}/cancel`, {})).status).toBe(400);
    }
  });

  it('is ready without a broker, and says so', async () => {
    const { status, body } = await world.get('/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'degraded',
      parts: { database: { status: 'up' }, kafka: { status: 'down' } },
    });
    expect((await world.get('/health/live')).body).toEqual({ status: 'ok' });
  });

  it('describes itself', async () => {
    const { body } = await world.get('/openapi.json');
    const paths = body['paths'] as Record<string, object>;
    expect(Object.keys(paths).sort()).toEqual([
      '/orders',
      '/orders/{orderId}',
      '/orders/{orderId}/cancel',
      '/orders/{orderId}/events',
      '/orders/{orderId}/history',
      '/orders/{orderId}/payment',
      '/orders/{orderId}/returns',
      '/orders/{orderId}/returns/{returnId}',
      '/orders/{orderId}/returns/{returnId}/cancel',
    ]);
    expect(paths['/orders/{orderId}/returns/{returnId}/cancel']).toMatchObject({
      post: {
        description: expect.stringContaining('the parcel stays booked'),
        responses: { 202: {}, 404: {}, 409: {} },
      },
    });
    expect(body).toMatchObject({
      components: { schemas: { PlaceOrderDto: { properties: { items: { maxItems: 500 } } } } },
    });
  });
});
