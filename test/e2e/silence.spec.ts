/** Silence means unknown: a participant that does not answer is asked again, then undone. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestWorld, type AppName } from '#testing';
import { anOrder, totalOf } from '../support/orders.js';
import { Shop } from '../support/shop.js';
import { stepStates, type SagaView } from '../support/views.js';
import { Topics } from '../support/topics.js';

jest.setTimeout(240_000);

const ATTEMPTS = 3;

const attemptsOf = ({ steps }: SagaView, name: string): number =>
  steps.find((step) => step.name === name)?.attempts ?? 0;

describe('a participant that stays silent', () => {
  let world: TestWorld;
  let shop: Shop;
  let topics: Topics;
  beforeAll(async () => {
    const orchestrator = {
      STEP_TIMEOUT_MS: '1000',
      STEP_ATTEMPTS: String(ATTEMPTS),
      STEP_BACKOFF_MAX_MS: '1000',
      TIMER_POLL_MS: '100',
    };
    world = await TestWorld.start({ env: { orchestrator } });
    shop = new Shop(world);
    topics = new Topics(world);
    // The first order of a world is slow, and would be late by the short times of these tests.
    await shop.untilSettled(await shop.placeOne({ productId: await shop.product(2) }));
  }, 240_000);
  afterAll(async () => {
    await topics?.stop();
    await world?.stop();
  }, 240_000);

  async function whilePaused(name: AppName, work: () => Promise<void>): Promise<void> {
    world.app(name).kill('SIGSTOP');
    try {
      await work();
    } finally {
      world.app(name).kill('SIGCONT');
    }
  }

  /** What each sending of a step's command says it is: 0 for the first, then 1, 2, … */
  async function sendingsOf({ steps }: SagaView, name: string): Promise<(string | undefined)[]> {
    const commandId = steps.find((step) => step.name === name)?.commandId;
    const commands = await topics.readAll(['inventory.commands']);
    return commands
      .filter(({ headers }) => headers['ce_id'] === commandId)
      .map(({ headers }) => headers['ce_resend']);
  }

  it('for a moment gets the same command again, and it takes effect once', async () => {
    const productId = await shop.product(5);
    let orderId = '';
    await whilePaused('inventory', async () => {
      orderId = await shop.placeOne({ productId, quantity: 2 });
      await shop.untilSagaIs(orderId, 'asking again', (saga) => attemptsOf(saga, RESERVE) === 2);
    });
    const { saga } = await shop.untilOrder(orderId, 'shipped');
    expect(attemptsOf(saga, RESERVE)).toBeGreaterThanOrEqual(2);
    await topics.untilQuiet();
    // That it is counted proves nothing: the first sending would have been handled as well.
    expect((await sendingsOf(saga, RESERVE)).slice(0, 2)).toEqual(['0', '1']);
    expect(await shop.stock(productId)).toMatchObject({ available: 3 });
  });

  it('to the end is in doubt and undone, and what it was asked has no effect when it is back', async () => {
    const productId = await shop.product(5);
    let orderId = '';
    await whilePaused('inventory', async () => {
      orderId = await shop.placeOne({ productId, quantity: 2 });
      const saga = await shop.untilSaga(orderId, 'compensating');
      expect(stepStates(saga)).toMatchObject({
        'create-order': 'done',
        'reserve-stock': 'undoing',
        'charge-payment': 'skipped',
      });
      expect(attemptsOf(saga, RESERVE)).toBe(ATTEMPTS);
      expect(saga.cause).toMatchObject({ code: 'no-answer' });
    });
    const { order } = await shop.untilOrder(orderId, 'cancelled');
    expect(order.reason?.code).toBe('no-answer');
    await topics.untilQuiet();
    expect(await shop.stock(productId)).toMatchObject({ onHand: 5, reserved: 0, available: 5 });
    expect((await shop.books(orderId)).intents).toEqual([]);
  });

  it('because it is not there at all keeps no money when it comes', async () => {
    const productId = await shop.product(5);
    await world.app('payment').stop();
    const orderId = await shop.placeOne({ productId, quantity: 2 });
    const saga = await shop.untilSaga(orderId, 'compensating');
    expect(attemptsOf(saga, 'charge-payment')).toBe(ATTEMPTS);
    await world.startApp('payment');
    await shop.untilOrder(orderId, 'cancelled');
    await topics.untilQuiet();
    const { intents } = await shop.books(orderId);
    const kept = intents.reduce((sum, { captured, refunded }) => sum + captured - refunded, 0);
    expect(kept).toBe(0);
    expect(await shop.stock(productId)).toMatchObject({ onHand: 5, reserved: 0, available: 5 });
  });

  it('at the pivot is never given up: a person is told, and the order completes', async () => {
    const order = anOrder({ productId: await shop.product(5) });
    let orderId = '';
    const isAt = (step: string) => (saga: SagaView) => stepStates(saga)[step] === 'sent';
    // one after the other, so that shipping falls silent between the label and the parcel
    await whilePaused('sandbox-carrier', async () => {
      orderId = await shop.place(order);
      await shop.untilSagaIs(orderId, 'booking', isAt('book-shipment'));
      world.app('order').kill('SIGSTOP');
    });
    await shop.untilSagaIs(orderId, 'being confirmed', isAt('confirm-order'));
    await whilePaused('shipping', async () => {
      world.app('order').kill('SIGCONT');
      const saga = await shop.untilSagaIs(orderId, 'in need of a person', ({ attention }) =>
        Boolean(attention),
      );
      expect(saga).toMatchObject({
        state: 'running',
        attention: { step: 'hand-over', code: 'no-answer' },
      });
    });
    const { saga } = await shop.untilOrder(orderId, 'shipped');
    expect(saga.attention).toBeUndefined();
    await topics.untilQuiet();
    const { intents, shipments } = await shop.books(orderId);
    expect(intents).toMatchObject([{ captures: 1, captured: totalOf(order), refunded: 0 }]);
    expect(shipments).toMatchObject([{ status: 'handed_over' }]);
  });
});

const RESERVE = 'reserve-stock';
