/** Promises attacked here: an outage of the provider loses nothing, charges nothing twice, and ends. */
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { waitFor } from '#testing';
import { PaymentWorld, newCharge } from './payment-world.js';

jest.setTimeout(240_000);

describe('payment while the provider is down', () => {
  let world: PaymentWorld;
  beforeAll(async () => {
    // Keys are forgotten at once: what protects must not be the provider's memory of them.
    world = await PaymentWorld.start({ keyLifetimeMs: 1 });
  }, 240_000);
  afterAll(() => world.stop());
  beforeEach(() => world.sandbox.mood.set({ mode: 'ok' }));
  afterEach(() => world.stopReplicas());

  it('says that it takes longer, and captures everything once when it is back', async () => {
    const payment = await world.replica({ concurrency: 8 });
    world.sandbox.mood.set({ mode: 'down' });
    const orders = Array.from({ length: 40 }, () => newCharge());
    await payment.deliver(...orders.map(({ charge }) => charge));
    const answers = () => orders.flatMap(({ charge }) => payment.replies(charge));
    await waitFor(() => answers().length > 0, { what: 'the first answer' });
    expect(answers().every(({ outcome }) => outcome === 'pending')).toBe(true);
    world.sandbox.mood.set({ mode: 'ok' });
    for (const { orderId, charge } of orders) {
      expect(await payment.final(charge)).toMatchObject({ outcome: 'succeeded' });
      expect(await world.books(orderId)).toMatchObject([{ status: 'succeeded', captures: 1 }]);
    }
  });

  it('counts no try while the breaker is open, and asks the provider nothing', async () => {
    const payment = await world.replica({ concurrency: 4, halfOpenAfterMs: 60_000 });
    world.sandbox.mood.set({ mode: 'down' });
    const orders = Array.from({ length: 30 }, () => newCharge());
    await payment.deliver(...orders.map(({ charge }) => charge));
    const counted = async () => {
      const [row] = await payment.replica.database.query<{ waiting: number; tries: number }>(
        `select (count(*) filter (where last_error like '%breaker-open%'))::int as waiting,
                sum(attempts)::int as tries
           from effect_task`,
      );
      return row;
    };
    // every subject has met the open breaker
    const row = await waitFor(
      async () => ((await counted())?.waiting === orders.length ? await counted() : undefined),
      { what: 'all tasks to wait for the breaker' },
    );
    // 10 calls open it; those that were under way may come on top
    expect(row.tries).toBeLessThanOrEqual(14);
    // and only who was really tried is told that it takes longer
    const told = orders.filter(({ charge }) => payment.replies(charge).length > 0);
    expect(told.length).toBeLessThanOrEqual(14);
  });

  it('refunds once when the answer was lost and the provider has forgotten the key', async () => {
    const payment = await world.replica();
    const { orderId, charge, refund } = newCharge();
    await payment.deliver(charge);
    const { result } = await payment.final(charge);
    const body = new URLSearchParams({ payment_intent: String(result?.['intentId']) });
    const headers = { authorization: 'Bearer sk_test' };
    await fetch(`${world.sandbox.url}/v1/refunds`, { method: 'POST', body, headers });
    await payment.deliver(refund);
    expect(await payment.final(refund)).toMatchObject({
      outcome: 'succeeded',
      result: { refunded: 1200 },
    });
    expect(await world.books(orderId)).toMatchObject([{ refunds: [{ amount: 1200 }] }]);
  });

  it('takes back while the provider is down what it will know of when it is back', async () => {
    const payment = await world.replica();
    const { orderId, charge, refund } = newCharge();
    await payment.deliver(charge);
    await payment.final(charge);
    world.sandbox.mood.set({ mode: 'down' });
    await payment.deliver(refund);
    await waitFor(() => payment.replies(refund)[0]?.outcome === 'parked', { what: 'parked' });
    world.sandbox.mood.set({ mode: 'ok' });
    expect(await payment.final(refund)).toMatchObject({ result: { refunded: 1200 } });
    expect(await world.books(orderId)).toMatchObject([{ captures: 1, refunded: 1200 }]);
  });

  it('is not kept from charging by a provider that is slow, and captures once', async () => {
    const payment = await world.replica({ timeoutMs: 150, halfOpenAfterMs: 50 });
    // it does what it was asked long after the client has hung up
    world.sandbox.mood.set({ mode: 'slow', delayMs: 400 });
    const { orderId, charge } = newCharge();
    await payment.deliver(charge);
    await waitFor(() => payment.replies(charge)[0]?.outcome === 'pending', { what: 'pending' });
    world.sandbox.mood.set({ mode: 'ok' });
    expect(await payment.final(charge)).toMatchObject({ outcome: 'succeeded' });
    const intents = await world.books(orderId);
    expect(intents.reduce((sum, { captures }) => sum + captures, 0)).toBe(1);
  });
});
