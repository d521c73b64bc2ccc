/** The customer's cancel: everything is undone before the pivot, nothing after it. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestWorld, type AppName } from '#testing';
import { call } from '../support/http.js';
import {
  anOrder,
  totalOf,
  UNDELIVERABLE_POSTAL_CODE,
  type OrderRequest,
} from '../support/orders.js';
import { Shop } from '../support/shop.js';
import { stepStates, type SagaView } from '../support/views.js';
import { Topics } from '../support/topics.js';

jest.setTimeout(240_000);

describe('a customer’s cancel', () => {
  let world: TestWorld;
  let shop: Shop;
  let topics: Topics;
  beforeAll(async () => {
    // no van comes unless a test sends it
    world = await TestWorld.start({ env: { 'sandbox-carrier': { PICKUP_AFTER_MS: '3600000' } } });
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

  const isAt = (step: string, state: string) => (saga: SagaView) =>
    stepStates(saga)[step] === state;
  const isCharging = isAt('charge-payment', 'sent');

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
    expect(mails.map(({ notice }) => notice)).not.toContain('order-shipped');
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

  it('while the label is made calls it off', async () => {
    const productId = await shop.product(5);
    let orderId = '';
    await whilePaused('sandbox-carrier', async () => {
      orderId = await shop.placeOne({ productId });
      await shop.untilSagaIs(orderId, 'booking', isAt('book-shipment', 'sent'));
      expect(await shop.cancel(orderId)).toMatchObject({ status: 202 });
      await shop.untilSaga(orderId, 'compensating');
    });
    await shop.untilOrder(orderId, 'cancelled');
    await topics.untilQuiet();
    await nothingKept(orderId, productId);
  });

  it('while the label is made is granted also when the carrier refuses', async () => {
    const productId = await shop.product(5);
    const postalCode = UNDELIVERABLE_POSTAL_CODE;
    let orderId = '';
    await whilePaused('sandbox-carrier', async () => {
      orderId = await shop.placeOne({ productId, postalCode });
      await shop.untilSagaIs(orderId, 'booking', isAt('book-shipment', 'sent'));
      expect(await shop.cancel(orderId)).toMatchObject({ status: 202 });
    });
    await shop.untilOrder(orderId, 'cancelled');
    await nothingKept(orderId, productId);
  });

  it('of a confirmed order calls the parcel back before the van comes', async () => {
    const productId = await shop.product(5);
    const orderId = await confirmed(anOrder({ productId }));
    expect(await shop.stock(productId)).toMatchObject({ reserved: 2, available: 3 });
    const answer = await shop.cancel(orderId);
    expect(answer).toMatchObject({ status: 202, body: { orderId, status: 'confirmed' } });
    const { order, saga } = await shop.untilOrder(orderId, 'cancelled');
    expect(order.reason?.code).toBe('cancelled-by-customer');
    expect(stepStates(saga)).toMatchObject({
      'book-shipment': 'undone',
      'confirm-order': 'undone',
      'hand-over': 'refused',
      'notify-customer': 'skipped',
    });
    await shop.untilMailed(orderId, ['order-confirmed', 'order-cancelled', 'refund-completed']);
    await nothingKept(orderId, productId);
  });

  it('that meets the van is too late: the parcel is on its way, and paid for', async () => {
    const request = anOrder({ productId: await shop.product(5) });
    const orderId = await confirmed(request);
    await whilePaused('shipping', async () => {
      expect(await shop.cancel(orderId)).toMatchObject({ status: 202 });
      const isAsked = ({ cancelRequested }: SagaView) => cancelRequested !== null;
      await shop.untilSagaIs(orderId, 'asked to cancel', isAsked);
      await collected(orderId);
    });
    const { saga } = await shop.untilOrder(orderId, 'shipped');
    const notes = (await shop.history(saga.sagaId)).map(({ note }) => note ?? '');
    expect(notes).toContainEqual(expect.stringContaining('cancel waits for the answer'));
    expect(notes).toContainEqual(expect.stringContaining('cancel refused: the pivot is done'));
    const { intents, shipments } = await shop.books(orderId);
    expect(intents).toMatchObject([{ captured: totalOf(request), refunded: 0 }]);
    expect(shipments).toMatchObject([{ status: 'handed_over' }]);
  });

  it('of a shipped order is refused with the reason, and changes nothing', async () => {
    const orderId = await confirmed(anOrder({ productId: await shop.product(5) }));
    await collected(orderId);
    const { order, saga } = await shop.untilOrder(orderId, 'shipped');
    await shop.untilMailed(orderId);
    const books = await shop.books(orderId);
    const answer = await shop.cancel(orderId);
    expect(answer).toMatchObject({ status: 409, body: { code: 'order-shipped' } });
    await topics.untilQuiet();
    expect(await shop.order(orderId)).toEqual(order);
    expect(stepStates(await shop.untilSaga(orderId, 'completed'))).toEqual(stepStates(saga));
    expect(await shop.books(orderId)).toEqual(books);
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

  /** Places an order whose parcel waits for the van. */
  async function confirmed(order: OrderRequest): Promise<string> {
    const orderId = await shop.place(order);
    await shop.untilSagaIs(orderId, 'waiting for the van', isAt('hand-over', 'pending'));
    expect(await shop.order(orderId)).toMatchObject({ status: 'confirmed' });
    return orderId;
  }

  /** The van has come. */
  async function collected(orderId: string): Promise<void> {
    const [shipment] = (await shop.books(orderId)).shipments;
    const url = `${world.url('sandbox-carrier')}/sandbox/shipments/${shipment?.shipmentId}/collect`;
    expect((await call(url, { method: 'POST' })).status).toBe(200);
  }

  async function nothingKept(orderId: string, productId: string): Promise<void> {
    const { intents, shipments } = await shop.books(orderId);
    expect(intents.map(({ captured, refunded }) => captured - refunded)).toEqual([0]);
    const live = shipments.filter(({ status }) => !['cancelled', 'refused'].includes(status));
    expect(live).toEqual([]);
    expect(await shop.stock(productId)).toMatchObject({ onHand: 5, reserved: 0, available: 5 });
  }
});
