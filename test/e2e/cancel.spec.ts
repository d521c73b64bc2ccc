/** The customer's cancel: everything is undone before the pivot, nothing after it. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestWorld, type AppName } from '#testing';
import { atRest, SENT } from '../support/books.js';
import { call } from '../support/http.js';
import { anOrder, totalOf, UNDELIVERABLE_POSTAL_CODE } from '../support/orders.js';
import { Shop } from '../support/shop.js';
import { stepStates, type SagaView } from '../support/views.js';
import { Topics } from '../support/topics.js';

jest.setTimeout(240_000);

describe('a customer’s cancel', () => {
  let world: TestWorld;
  let shop: Shop;
  let topics: Topics;
  beforeAll(async () => {
    world = await TestWorld.start();
    shop = new Shop(world);
    topics = new Topics(world);
  }, 240_000);
  afterAll(async () => {
    await topics?.stop();
    await world?.stop();
  }, 240_000);

  /** Nothing is answered before `work` is done: however slow the machine, the cancel is in time. */
  async function whilePaused(name: AppName, work: () => Promise<void>): Promise<void> {
    world.app(name).kill('SIGSTOP');
    try {
      await work();
    } finally {
      world.app(name).kill('SIGCONT');
    }
  }

  const isCharging = (saga: SagaView) => stepStates(saga)['charge-payment'] === 'sent';

  it('while the card is being charged gives back money and stock', async () => {
    const productId = await shop.product(5);
    let orderId = '';
    await whilePaused('sandbox-payment', async () => {
      orderId = await shop.placeOne({ productId });
      await shop.untilSagaIs(orderId, 'charging', isCharging);
      expect(await shop.cancel(orderId)).toMatchObject({ status: 202 });
      await shop.untilSaga(orderId, 'compensating');
    });
    const { order } = await shop.untilOrder(orderId, 'cancelled');
    expect(order.reason?.code).toMatch(/cancel/);
    await topics.untilQuiet();
    const { intents, shipments, mails } = await shop.books(orderId);
    expect(intents.reduce((sum, intent) => sum + intent.captured - intent.refunded, 0)).toBe(0);
    expect(shipments).toEqual([]);
    expect(mails.map(({ notice }) => notice)).not.toContain('order-confirmed');
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
    const mails = await shop.untilMailed(orderId, ['order-cancelled']);
    expect(mails).toHaveLength(1);
    expect(await shop.books(orderId)).toEqual({ intents: [], shipments: [], mails });
    expect(await shop.stock(productId)).toMatchObject({ reserved: 0, available: 5 });
  });

  it('while the carrier is asked waits for the answer, and yields to a parcel on its way', async () => {
    const order = anOrder({ productId: await shop.product(5) });
    let orderId = '';
    await whilePaused('sandbox-carrier', async () => {
      orderId = await shop.place(order);
      await cancelAtPivot(orderId);
    });
    const { saga } = await shop.untilOrder(orderId, 'shipped');
    const notes = (await shop.history(saga.sagaId)).map(({ note }) => note ?? '');
    expect(notes).toContainEqual(expect.stringContaining('cancel waits for the answer'));
    expect(notes).toContainEqual(expect.stringContaining('cancel refused: the pivot is done'));
    const { intents, shipments } = await shop.books(orderId);
    expect(intents).toMatchObject([{ captured: totalOf(order), refunded: 0 }]);
    expect(shipments).toMatchObject([{ status: expect.stringMatching(SENT) }]);
  });

  it('while the carrier is asked is granted when the carrier refuses', async () => {
    const productId = await shop.product(5);
    const postalCode = UNDELIVERABLE_POSTAL_CODE;
    let orderId = '';
    await whilePaused('sandbox-carrier', async () => {
      orderId = await shop.placeOne({ productId, postalCode });
      await cancelAtPivot(orderId);
    });
    await shop.untilOrder(orderId, 'cancelled');
    const { intents } = await shop.books(orderId);
    expect(intents.map(({ captured, refunded }) => captured - refunded)).toEqual([0]);
    expect(await shop.stock(productId)).toMatchObject({ reserved: 0, available: 5 });
  });

  it('of a confirmed order is refused with the reason, and changes nothing', async () => {
    const productId = await shop.product(5);
    const orderId = await shop.placeOne({ productId });
    const { order, saga } = await shop.untilOrder(orderId, 'shipped');
    await shop.untilMailed(orderId);
    const books = atRest(await shop.books(orderId));
    const answer = await shop.cancel(orderId);
    expect(answer).toMatchObject({ status: 409, body: { detail: expect.any(String) } });
    await topics.untilQuiet();
    expect(await shop.order(orderId)).toEqual(order);
    expect(stepStates(await shop.untilSaga(orderId, 'completed'))).toEqual(stepStates(saga));
    expect(atRest(await shop.books(orderId))).toEqual(books);
  });

  it('given twice, and again when it is done, cancels once', async () => {
    const productId = await shop.product(5);
    let orderId = '';
    await whilePaused('sandbox-payment', async () => {
      orderId = await shop.placeOne({ productId });
      await shop.untilSagaIs(orderId, 'charging', isCharging);
      const answers = await Promise.all([shop.cancel(orderId), shop.cancel(orderId)]);
      expect(answers.map(({ status }) => status)).toEqual([202, 202]);
      await shop.untilSaga(orderId, 'compensating');
    });
    const { order } = await shop.untilOrder(orderId, 'cancelled');
    expect(await shop.cancel(orderId)).toMatchObject({
      status: 202,
      body: { status: 'cancelled' },
    });
    await topics.untilQuiet();
    expect(await shop.order(orderId)).toEqual(order);
    expect(await shop.stock(productId)).toMatchObject({ reserved: 0, available: 5 });
  });

  /** Asks for the cancel when the carrier has the order, and waits until the saga knows of it. */
  async function cancelAtPivot(orderId: string): Promise<void> {
    const isShipping = (saga: SagaView) => stepStates(saga)['ship-order'] === 'sent';
    await shop.untilSagaIs(orderId, 'shipping', isShipping);
    expect(await shop.cancel(orderId)).toMatchObject({ status: 202 });
    const isAsked = ({ cancelRequested }: SagaView) => cancelRequested !== null;
    await shop.untilSagaIs(orderId, 'asked to cancel', isAsked);
  }
});
