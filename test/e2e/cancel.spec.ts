/** The customer's cancel: everything is undone before the pivot, nothing after it. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestWorld } from '#testing';
import { call } from '../support/http.js';
import { anOrder, totalOf, UNDELIVERABLE_POSTAL_CODE } from '../support/orders.js';
import { Shop } from '../support/shop.js';
import { stepStates } from '../support/views.js';
import { Topics } from '../support/topics.js';

jest.setTimeout(60_000);

/** Below the services' own time limits, so that the answer is slow and not lost. */
const SLOW = { mode: 'slow', delayMs: 1500 };

describe('a customer’s cancel', () => {
  let world: TestWorld;
  let shop: Shop;
  let topics: Topics;
  beforeAll(async () => {
    world = await TestWorld.start();
    shop = new Shop(world);
    topics = new Topics(world);
  }, 180_000);
  afterAll(async () => {
    await topics?.stop();
    await world?.stop();
  }, 60_000);

  const setMood = async (name: 'sandbox-payment' | 'sandbox-carrier', mood: object) => {
    const { status } = await call(`${world.url(name)}/mood`, { method: 'PUT', json: mood });
    expect(status).toBe(200);
  };
  afterEach(async () => {
    await setMood('sandbox-payment', { mode: 'ok' });
    await setMood('sandbox-carrier', { mode: 'ok' });
  });

  it('while the card is being charged gives back money and stock', async () => {
    await setMood('sandbox-payment', SLOW);
    const productId = await shop.product(5);
    const orderId = await shop.placeOne({ productId });
    await shop.untilSagaIs(
      orderId,
      'charging',
      (saga) => stepStates(saga)['charge-payment'] === 'sent',
    );
    expect(await shop.cancel(orderId)).toMatchObject({ status: 202 });
    const { order } = await shop.untilOrder(orderId, 'cancelled');
    expect(order.reason?.code).toMatch(/cancel/);
    await topics.untilQuiet();
    const { intents, shipments, mails } = await shop.books(orderId);
    expect(intents.reduce((sum, intent) => sum + intent.captured - intent.refunded, 0)).toBe(0);
    expect([shipments, mails]).toEqual([[], []]);
    expect(await shop.stock(productId)).toMatchObject({ onHand: 5, reserved: 0, available: 5 });
  });

  it('that overtakes the start of its saga is remembered until the start comes', async () => {
    const productId = await shop.product(5);
    // This replica accepts orders, but what it accepts stays in its outbox.
    const cutOff = await world.startApp('order', {
      replica: 'cut-off',
      env: { KAFKA_BROKERS: '127.0.0.1:1' },
    });
    const { status, body } = await call<{ orderId: string }>(`${cutOff.url}/orders`, {
      json: anOrder({ productId }),
    });
    expect(status).toBe(202);
    const { orderId } = body;
    expect(await shop.cancel(orderId)).toMatchObject({ status: 202 });
    await shop.untilSaga(orderId, 'awaiting-start');
    await cutOff.stop();
    const { order } = await shop.untilOrder(orderId, 'cancelled');
    expect(order.reason?.code).toMatch(/cancel/);
    expect(await shop.books(orderId)).toEqual({ intents: [], shipments: [], mails: [] });
    expect(await shop.stock(productId)).toMatchObject({ reserved: 0, available: 5 });
  });

  it('while the carrier is asked waits for the answer, and yields to a parcel on its way', async () => {
    await setMood('sandbox-carrier', SLOW);
    const order = anOrder({ productId: await shop.product(5) });
    const orderId = await shop.place(order);
    await untilShipping(orderId);
    expect(await shop.cancel(orderId)).toMatchObject({ status: 202 });
    const { saga } = await shop.untilOrder(orderId, 'confirmed');
    const notes = (await shop.history(saga.sagaId)).map(({ note }) => note ?? '');
    expect(notes).toContainEqual(expect.stringContaining('cancel waits for the answer'));
    expect(notes).toContainEqual(expect.stringContaining('cancel refused: the pivot is done'));
    const { intents, shipments } = await shop.books(orderId);
    expect(intents).toMatchObject([{ captured: totalOf(order), refunded: 0 }]);
    expect(shipments).toMatchObject([{ status: 'created' }]);
  });

  it('while the carrier is asked is granted when the carrier refuses', async () => {
    await setMood('sandbox-carrier', SLOW);
    const productId = await shop.product(5);
    const postalCode = UNDELIVERABLE_POSTAL_CODE;
    const orderId = await shop.placeOne({ productId, postalCode });
    await untilShipping(orderId);
    await shop.cancel(orderId);
    await shop.untilOrder(orderId, 'cancelled');
    const { intents } = await shop.books(orderId);
    expect(intents.map(({ captured, refunded }) => captured - refunded)).toEqual([0]);
    expect(await shop.stock(productId)).toMatchObject({ reserved: 0, available: 5 });
  });

  it('of a confirmed order is refused with the reason, and changes nothing', async () => {
    const productId = await shop.product(5);
    const orderId = await shop.placeOne({ productId });
    const { order, saga } = await shop.untilOrder(orderId, 'confirmed');
    await shop.untilMailed(orderId);
    const books = await shop.books(orderId);
    const answer = await shop.cancel(orderId);
    expect(answer).toMatchObject({ status: 409, body: { detail: expect.any(String) } });
    await topics.untilQuiet();
    expect(await shop.order(orderId)).toEqual(order);
    expect(stepStates(await shop.untilSaga(orderId, 'completed'))).toEqual(stepStates(saga));
    expect(await shop.books(orderId)).toEqual(books);
  });

  it('given twice, and again when it is done, cancels once', async () => {
    await setMood('sandbox-payment', SLOW);
    const productId = await shop.product(5);
    const orderId = await shop.placeOne({ productId });
    const answers = await Promise.all([shop.cancel(orderId), shop.cancel(orderId)]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    const { order } = await shop.untilOrder(orderId, 'cancelled');
    expect(await shop.cancel(orderId)).toMatchObject({
      status: 202,
      body: { status: 'cancelled' },
    });
    await topics.untilQuiet();
    expect(await shop.order(orderId)).toEqual(order);
    expect(await shop.stock(productId)).toMatchObject({ reserved: 0, available: 5 });
  });

  const untilShipping = (orderId: string) =>
    shop.untilSagaIs(orderId, 'shipping', (saga) => stepStates(saga)['ship-order'] === 'sent');
});
