/**
 * Promises attacked here: only what the shop sells, at the price it has, is accepted, from customers
 * who may order; the others of a batch notice nothing; what was accepted once stays accepted.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  AcceptanceDesk,
  type AcceptanceRequest,
} from '../../../apps/order/src/acceptance/acceptance.js';
import { ownCopyCheck } from '../../../apps/order/src/acceptance/order-check.js';
import type { KnownProduct } from '../../../apps/order/src/domain/check-order.js';
import {
  learnCustomers,
  learnMerchants,
  learnProducts,
} from '../../../apps/order/src/persistence/known-rows.js';
import type { CustomerStatus } from '#contracts';
import { newId, Outbox, type UnitOfWork } from '#messaging';
import { OrderWorld, validOrder } from './order-world.js';

const catalogCheck = ownCopyCheck({ catalog: true, merchants: false });

let revision = 1;

describe('an order that is held against the catalog and the customers', () => {
  let world: OrderWorld;
  beforeAll(async () => {
    world = await OrderWorld.start(undefined, 'on');
  });
  afterAll(() => world.stop());
  beforeEach(() => reset());

  const product = (productId: string, unitPrice: number, changes: Partial<KnownProduct> = {}) => ({
    productId,
    unitPrice,
    currency: 'JPY',
    status: 'active' as const,
    ...changes,
  });
  const learn = async (
    products: readonly KnownProduct[],
    customers: Readonly<Record<string, CustomerStatus>> = {},
  ): Promise<void> => {
    revision += 1;
    await world.database.transaction(async (tx) => {
      await learnProducts(
        tx,
        products.map((one) => ({ ...one, revision })),
      );
      await learnCustomers(
        tx,
        Object.entries(customers).map(([customerId, status]) => ({ customerId, status, revision })),
      );
    });
  };
  const reset = () =>
    learn(
      [
        product('p-1', 1250),
        product('p-2', 99),
        product('p-gone', 5, { status: 'withdrawn' }),
        product('p-gbp', 5, { currency: 'GBP' }),
      ],
      { 'customer-1': 'active', 'customer-2': 'blocked' },
    );
  const line = (productId: string, unitPrice: number) => ({ productId, quantity: 1, unitPrice });
  const place = (changes: object = {}, headers?: Record<string, string>) =>
    world.post('/orders', validOrder(changes), headers);
  const kept = async () => [await world.orderCount(), (await world.events()).length];

  it('is accepted when all is as the shop says', async () => {
    const answer = await place();
    expect(answer.status).toBe(202);
    expect((await world.get(`/orders/${String(answer.body['orderId'])}`)).status).toBe(200);
  });

  it.each<[string, object, number, string, string]>([
    [
      'an unknown product',
      { items: [line('p-9', 1)] },
      422,
      'items.0.productId',
      'unknown-product',
    ],
    [
      'what is withdrawn',
      { items: [line('p-gone', 5)] },
      422,
      'items.0.productId',
      'product-withdrawn',
    ],
    [
      'another currency',
      { items: [line('p-1', 1250), line('p-gbp', 5)] },
      422,
      'items.1.productId',
      'currency-differs',
    ],
    [
      'another price',
      { items: [line('p-2', 99), line('p-1', 1249)] },
      409,
      'items.1.unitPrice',
      'price-changed',
    ],
    ['a stranger', { customerId: 'customer-9' }, 422, 'customerId', 'unknown-customer'],
    ['who is blocked', { customerId: 'customer-2' }, 403, 'customerId', 'customer-blocked'],
  ])('is refused for %s, and leaves nothing behind', async (_, changes, status, field, code) => {
    const before = await kept();
    const answer = await place(changes);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['location']).toBeUndefined();
    expect(answer.body).toMatchObject({
      type: 'about:blank',
      title: 'The order cannot be accepted',
      status,
      instance: '/orders',
      code,
      errors: [{ field, code, message: expect.any(String) }],
    });
    expect(answer.body.errors).toHaveLength(1);
    expect(await kept()).toEqual(before);
  });

  it('is told all that is wrong at once, with the prices of today', async () => {
    const items = [line('p-1', 1), line('p-9', 1), line('p-2', 99), line('p-1', 2), line('p-2', 1)];
    const { status, body } = await place({ items, customerId: 'customer-9' });
    expect(status).toBe(422);
    expect(body.errors?.map(({ field }) => field)).toEqual([
      'customerId',
      'items.0.unitPrice',
      'items.1.productId',
      'items.3.unitPrice',
      'items.4.unitPrice',
    ]);
    expect(body['prices']).toEqual([
      { productId: 'p-1', unitPrice: 1250 },
      { productId: 'p-2', unitPrice: 99 },
    ]);
  });

  it('is told of each of its 500 lines', async () => {
    const items = Array.from({ length: 500 }, (_, n) => line(`p-${n + 100}`, 1));
    expect((await place({ items })).body.errors).toHaveLength(500);
  });

  it('is answered as before when it is sent again after a price has changed', async () => {
    const first = await place({}, { 'idempotency-key': 'again' });
    await learn([product('p-1', 9999)], { 'customer-1': 'blocked' });
    const before = await kept();
    const again = await place({}, { 'idempotency-key': 'again' });
    expect(again.status).toBe(202);
    expect(again.body).toEqual(first.body);
    // The key is still taken for everything else, also for what would be refused anyway.
    const other = await place({ channel: 'another' }, { 'idempotency-key': 'again' });
    expect(other.body.errors?.[0]?.field).toBe('Idempotency-Key');
    expect((await place()).status).toBe(403);
    expect(await kept()).toEqual(before);
  });

  it('does not use up its key when it is refused', async () => {
    const key = { 'idempotency-key': 'free' };
    const items = [line('p-1', 1)];
    expect((await place({ items }, key)).status).toBe(409);
    expect((await place({ items }, key)).status).toBe(409);
    expect((await place({}, key)).status).toBe(202);
  });

  it('costs one statement a table, and does not disturb its batch-mates', async () => {
    const outbox = world.app.get(Outbox);
    const statements: string[] = [];
    const desk = new AcceptanceDesk(
      {
        transaction: <T>(work: (unit: UnitOfWork) => Promise<T>) =>
          outbox.transaction((unit) =>
            work({
              ...unit,
              publish: (...events) => unit.publish(...events),
              tx: {
                query: (sql, params) => {
                  statements.push(sql);
                  return unit.tx.query(sql, params);
                },
              },
            }),
          ),
      },
      { check: catalogCheck },
    );
    const requests = Array.from({ length: 60 }, (_, n) => request(n % 3 === 0 ? 1 : 1250));
    const answers = await Promise.all(requests.map((one) => desk.accept(one)));
    answers.forEach((answer, n) => {
      const { orderId } = (requests[n] as AcceptanceRequest).input;
      if (n % 3 !== 0) expect(answer).toEqual({ outcome: 'accepted', orderId });
      else expect(answer).toMatchObject({ outcome: 'refused', problems: [{ line: 0 }] });
    });
    expect(statements.filter((sql) => sql.includes('from catalog_product'))).toHaveLength(1);
    expect(statements.filter((sql) => sql.includes('from known_customer'))).toHaveLength(1);
    expect(statements.filter((sql) => sql.includes('insert into orders'))).toHaveLength(1);
    const accepted = requests.filter((_, n) => n % 3 !== 0).map(({ input }) => input.orderId);
    const rows = await world.database.query<{ order_id: string }>(
      'select order_id from orders where order_id = any($1::uuid[])',
      [requests.map(({ input }) => input.orderId)],
    );
    expect(rows.map((row) => row.order_id).toSorted()).toEqual(accepted.toSorted());
    const noted = await world.database.query<{ order_id: string }>(
      'select order_id from order_event where order_id = any($1::uuid[])',
      [requests.map(({ input }) => input.orderId)],
    );
    expect(noted.map((row) => row.order_id).toSorted()).toEqual(accepted.toSorted());
    const starts = (await world.events()).filter(({ id }) => id.endsWith(':start'));
    const started = new Set(starts.map(({ key }) => key));
    expect(requests.map(({ input }) => started.has(input.orderId))).toEqual(
      requests.map((_, n) => n % 3 !== 0),
    );
  });

  it('sorts out keys, repetitions and refusals at the same moment; a refused key is free', async () => {
    const desk = new AcceptanceDesk(world.app.get(Outbox), { check: catalogCheck });
    const keyed = (price: number, key: string, hash: string): AcceptanceRequest => ({
      ...request(price),
      requestKey: { key, hash },
    });
    const answers = await Promise.all(
      [
        keyed(1250, 'g-1', 'x'),
        keyed(1250, 'g-1', 'x'),
        keyed(1, 'g-2', 'y'),
        keyed(1, 'g-2', 'y'),
        keyed(1250, 'g-2', 'z'),
        request(1250),
      ].map((one) => desk.accept(one)),
    );
    expect(answers.map(({ outcome }) => outcome)).toEqual([
      'accepted',
      'accepted',
      'refused',
      'refused',
      'accepted',
      'accepted',
    ]);
    expect(answers[1]).toEqual(answers[0]);
  });

  it('is found by who sends it again while it is being accepted at the old price', async () => {
    const outbox = world.app.get(Outbox);
    const [first, again] = [keyedOnce(), keyedOnce()];
    let open = () => undefined as void;
    const held = new Promise<void>((resolve) => (open = resolve));
    let recorded = () => undefined as void;
    const isRecorded = new Promise<void>((resolve) => (recorded = resolve));
    const slow = new AcceptanceDesk(
      {
        transaction: <T>(work: (unit: UnitOfWork) => Promise<T>) =>
          outbox.transaction(async (unit) => {
            const result = await work(unit);
            recorded();
            await held;
            return result;
          }),
      },
      { check: catalogCheck },
    );
    const accepting = slow.accept(first);
    await isRecorded;
    await learn([product('p-1', 9999)]);
    const desk = new AcceptanceDesk(outbox, { check: catalogCheck });
    const repeating = desk.accept(again);
    await world.waitsForLock();
    open();
    expect(await accepting).toEqual({ outcome: 'accepted', orderId: first.input.orderId });
    expect(await repeating).toEqual({ outcome: 'accepted', orderId: first.input.orderId });
  });

  const keyedOnce = (): AcceptanceRequest => ({
    ...request(1250),
    requestKey: { key: 'slow', hash: 'same' },
  });
});

const request = (unitPrice: number): AcceptanceRequest => ({
  input: {
    orderId: newId(),
    customerId: 'customer-1',
    merchantId: 'm',
    channel: 'web',
    currency: 'JPY',
    items: [{ productId: 'p-1', quantity: 1, unitPrice }],
    totalAmount: unitPrice,
    shippingAddress: { prefecture: 'a', city: 'b', line1: 'c', postalCode: 'd' },
    email: 'a@b.c',
    payment: { method: 'credit_card', sealedToken: 'v1.x.y' },
  },
});

describe('an order that is held against the merchants', () => {
  let world: OrderWorld;
  beforeAll(async () => {
    world = await OrderWorld.start(undefined, 'off', { MERCHANT_CHECKS: 'on' });
    await world.database.transaction((tx) =>
      learnMerchants(tx, [
        { merchantId: 'open', status: 'active', revision: 1, apiKeys: [] },
        { merchantId: 'shut', status: 'suspended', revision: 4, apiKeys: [] },
      ]),
    );
  });
  afterAll(() => world.stop());

  const place = (merchantId?: string) => world.post('/orders', validOrder({ merchantId }));

  it('is accepted for one that is active, whatever its goods', async () => {
    expect((await place('open')).status).toBe(202);
  });

  it.each([
    ['nobody', 422, 'unknown-merchant'],
    [undefined, 422, 'unknown-merchant'],
    ['shut', 403, 'merchant-suspended'],
  ])('is refused for %s, and leaves nothing behind', async (merchantId, status, code) => {
    const before = await world.orderCount();
    expect(await place(merchantId)).toMatchObject({
      status,
      body: { code, errors: [{ field: 'merchantId', code }] },
    });
    expect(await world.orderCount()).toBe(before);
  });
});
