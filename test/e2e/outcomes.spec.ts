/** Every way an order can end, each from HTTP to the books of provider, carrier and mail server. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestWorld, waitFor } from '#testing';
import { call } from '../support/http.js';
import { anOrder, totalOf, UNDELIVERABLE_POSTAL_CODE } from '../support/orders.js';
import { Shop } from '../support/shop.js';
import { stepStates } from '../support/views.js';

jest.setTimeout(240_000);

describe('an order from HTTP to its end', () => {
  let world: TestWorld;
  let shop: Shop;
  beforeAll(async () => {
    world = await TestWorld.start();
    shop = new Shop(world);
  }, 240_000);
  afterAll(() => world?.stop(), 240_000);

  it('is accepted at once, charged once, shipped once, and its customer mailed once', async () => {
    const productId = await shop.product(10);
    const order = anOrder({ productId, quantity: 3, unitPrice: 1999 });
    const { status, headers, body } = await shop.post(order);
    expect(status).toBe(202);
    expect(body).toEqual({ orderId: expect.any(String), status: 'pending' });
    const { orderId } = body;
    expect(headers.get('location')).toBe(`/orders/${orderId}`);

    const { saga } = await shop.untilOrder(orderId, 'shipped');
    expect(stepStates(saga)).toEqual({
      'create-order': 'done',
      'reserve-stock': 'done',
      'charge-payment': 'done',
      'secure-stock': 'done',
      'book-shipment': 'done',
      'confirm-order': 'done',
      'hand-over': 'done',
      'notify-customer': 'done',
    });
    expect(await shop.order(orderId)).toMatchObject({
      orderId,
      status: 'shipped',
      items: order.items,
      totalAmount: 5997,
      currency: 'JPY',
      trackingNumber: expect.any(String),
    });

    const { intents, shipments } = await shop.books(orderId);
    expect(intents).toEqual([
      expect.objectContaining({
        status: 'succeeded',
        captures: 1,
        captured: totalOf(order),
        refunded: 0,
        currency: 'jpy',
      }),
    ]);
    expect(shipments).toEqual([
      expect.objectContaining({
        status: 'handed_over',
        items: [{ productId, quantity: 3 }],
      }),
    ]);
    const mails = await shop.untilMailed(orderId, ['order-confirmed', 'order-shipped']);
    expect(mails).toHaveLength(2);
    for (const mail of mails) {
      expect(mail).toMatchObject({ to: [order.email], from: 'shop@example.com', orderId });
    }
    await waitFor(async () => (await shop.stock(productId)).onHand === 7, {
      what: 'the pieces to have left the shelf',
    });
    expect(await shop.stock(productId)).toMatchObject({ reserved: 0, available: 7 });
  });

  it('has a history that tells every message and what it changed, oldest first', async () => {
    const orderId = await shop.placeOne({ productId: await shop.product(2) });
    const { saga } = await shop.untilOrder(orderId, 'shipped');
    const history = await shop.history(saga.sagaId);
    expect(history[0]).toMatchObject({ kind: 'start', revision: 1, state: 'running' });
    expect(history.map(({ revision }) => revision)).toEqual(history.map((_, index) => index + 1));
    expect(history.at(-1)).toMatchObject({ state: 'completed' });
    const done = history.flatMap(({ changes = [] }) =>
      changes.filter(({ to }) => to === 'done').map(({ step }) => step),
    );
    expect(done).toEqual([
      'create-order',
      'reserve-stock',
      'charge-payment',
      'secure-stock',
      'book-shipment',
      'confirm-order',
      'hand-over',
      'notify-customer',
    ]);
  });

  it('never gives the card token away, neither to its reader nor to the operator', async () => {
    const orderId = await shop.placeOne({ productId: await shop.product(2) });
    const { saga, order } = await shop.untilOrder(orderId, 'shipped');
    expect(JSON.stringify([saga, order])).not.toContain('tok_ok');
  });

  it('with more pieces than there are is cancelled with the reason, and nothing is charged', async () => {
    const enough = await shop.product(5);
    const short = await shop.product(1);
    const items = [
      { productId: enough, quantity: 1, unitPrice: 100 },
      { productId: short, quantity: 2, unitPrice: 100 },
    ];
    const orderId = await shop.placeOne({ productId: short, items });
    const { order, saga } = await shop.untilOrder(orderId, 'cancelled');
    expect(order.reason).toEqual({
      code: expect.stringMatching(/stock/),
      message: expect.stringContaining(short),
    });
    expect(stepStates(saga)).toMatchObject({
      'create-order': 'undone',
      'reserve-stock': 'refused',
      'charge-payment': 'skipped',
    });
    const mails = await shop.untilMailed(orderId, ['order-cancelled']);
    expect(mails).toHaveLength(1);
    expect(await shop.books(orderId)).toEqual({ intents: [], shipments: [], mails });
    expect(await shop.stock(enough)).toMatchObject({ onHand: 5, reserved: 0, available: 5 });
    expect(await shop.stock(short)).toMatchObject({ onHand: 1, reserved: 0, available: 1 });
  });

  it('for a product that nobody has heard of is cancelled, not stuck', async () => {
    const orderId = await shop.placeOne({ productId: 'no-such-product' });
    const { order } = await shop.untilOrder(orderId, 'cancelled');
    expect(order.reason?.code).toMatch(/stock/);
  });

  it('whose card is declined gives its stock back and is cancelled', async () => {
    const productId = await shop.product(4);
    const orderId = await shop.placeOne({ productId, quantity: 4, token: 'tok_declined' });
    const { order, saga } = await shop.untilOrder(orderId, 'cancelled');
    expect(order.reason).toEqual({ code: 'generic_decline', message: expect.any(String) });
    expect(stepStates(saga)).toMatchObject({
      'reserve-stock': 'undone',
      'charge-payment': 'refused',
      'book-shipment': 'skipped',
    });
    const mails = await shop.untilMailed(orderId, ['payment-failed', 'order-cancelled']);
    expect(mails).toHaveLength(2);
    const { intents, ...rest } = await shop.books(orderId);
    expect(intents.map(({ captured }) => captured)).toEqual([0]);
    expect(rest).toEqual({ shipments: [], mails });
    expect(await shop.stock(productId)).toMatchObject({ onHand: 4, reserved: 0, available: 4 });
  });

  it('that the carrier refuses is refunded, its stock given back, and its customer told', async () => {
    const productId = await shop.product(3);
    const order = anOrder({ productId, quantity: 2, postalCode: UNDELIVERABLE_POSTAL_CODE });
    const orderId = await shop.place(order);
    const { order: cancelled, saga } = await shop.untilOrder(orderId, 'cancelled');
    expect(cancelled.reason?.code).toMatch(/undeliverable/);
    expect(stepStates(saga)).toEqual({
      'create-order': 'undone',
      'reserve-stock': 'undone',
      'charge-payment': 'undone',
      'secure-stock': 'undone',
      'book-shipment': 'refused',
      'confirm-order': 'skipped',
      'hand-over': 'skipped',
      'notify-customer': 'skipped',
    });
    const total = totalOf(order);
    const mails = await shop.untilMailed(orderId, ['order-cancelled', 'refund-completed']);
    const { intents, shipments } = await shop.books(orderId);
    expect(intents).toEqual([
      expect.objectContaining({ captures: 1, captured: total, refunded: total }),
    ]);
    expect(shipments.map(({ status }) => status)).toEqual(['refused']);
    expect(mails).toHaveLength(2);
    expect(await shop.stock(productId)).toMatchObject({ onHand: 3, reserved: 0, available: 3 });
  });

  it.each(['tok_timeout', 'tok_error_then_ok'])(
    'that is charged with %s, whose first answer says nothing, completes with one capture',
    async (token) => {
      const order = anOrder({ productId: await shop.product(2), token });
      const orderId = await shop.place(order);
      await shop.untilOrder(orderId, 'shipped');
      const { intents } = await shop.books(orderId);
      expect(intents).toEqual([
        expect.objectContaining({ captures: 1, captured: totalOf(order), refunded: 0 }),
      ]);
    },
  );

  it('sent twice with the same idempotency key is one order', async () => {
    const productId = await shop.product(10);
    const order = anOrder({ productId, quantity: 1 });
    const key = { 'idempotency-key': `key-${productId}` };
    const answers = await Promise.all([shop.post(order, key), shop.post(order, key)]);
    const again = await shop.post(order, key);
    const ids = [...answers, again].map(({ status, body }) => `${status} ${body.orderId}`);
    expect(new Set(ids).size).toBe(1);
    await shop.untilOrder(again.body.orderId, 'shipped');
    expect(await shop.stock(productId)).toMatchObject({ available: 9 });
    const other = await shop.post(anOrder({ productId, quantity: 2 }), key);
    expect(other).toMatchObject({
      status: 422,
      body: { errors: [expect.objectContaining({ field: 'Idempotency-Key' })] },
    });
  });

  it('keeps what it has reserved, whatever is put down as on hand', async () => {
    const productId = await shop.product(5);
    const url = `${world.url('inventory')}/stock/${productId}`;
    world.app('sandbox-payment').kill('SIGSTOP');
    try {
      await shop.placeOne({ productId, quantity: 3 });
      await waitFor(async () => (await shop.stock(productId)).reserved === 3, {
        what: 'the pieces to be put aside',
      });
      const answer = await call(url, { method: 'PUT', json: { onHand: 2 } });
      expect(answer).toMatchObject({ status: 409, body: { detail: expect.any(String) } });
    } finally {
      world.app('sandbox-payment').kill('SIGCONT');
    }
    expect(await shop.stock(productId)).toMatchObject({ available: 2 });
  });

  it('is found in the lists of orders and of sagas, by status, customer and state', async () => {
    const productId = await shop.product(10);
    const customerId = `customer-${productId}`;
    const wishes = { productId, customerId, quantity: 1 };
    const ids = [
      await shop.placeOne(wishes),
      await shop.placeOne({ ...wishes, token: 'tok_declined' }),
    ];
    await shop.untilOrder(ids[0] ?? '', 'shipped');
    await shop.untilOrder(ids[1] ?? '', 'cancelled');
    const found = await shop.orders({ customerId });
    expect(found.map(({ orderId }) => orderId).toSorted()).toEqual(ids.toSorted());
    expect(await shop.orders({ customerId, status: 'cancelled' })).toMatchObject([
      { orderId: ids[1], status: 'cancelled' },
    ]);
    expect(await shop.sagas({ orderId: ids[0] ?? '', state: 'completed' })).toHaveLength(1);
    expect(await shop.sagas({ orderId: ids[0] ?? '', state: 'compensated' })).toEqual([]);
  });
});
