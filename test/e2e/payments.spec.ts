/**
 * Payments that customers make, through the whole system: by transfer and in a shop, in time and too
 * late; and another card after a declined one. The provider tells the payment service over HTTP.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestWorld, waitFor } from '#testing';
import { call, get } from '../support/http.js';
import { anOrder, type OrderRequest } from '../support/orders.js';
import { Shop } from '../support/shop.js';
import { stepStates, type SagaView } from '../support/views.js';

jest.setTimeout(240_000);

interface PaymentView {
  readonly status: string;
  readonly attempt: number;
  readonly captured: number;
  readonly instructions?: { readonly reference: string; readonly payBy: string };
}

describe('a payment', () => {
  let world: TestWorld;
  let shop: Shop;
  beforeAll(async () => {
    world = await TestWorld.start();
    shop = new Shop(world);
  }, 240_000);
  afterAll(() => world?.stop(), 240_000);

  const paidBy = (productId: string, payment: OrderRequest['payment'], email?: string) =>
    shop.place({ ...anOrder({ productId }), payment, ...(email !== undefined && { email }) });
  const payment = (orderId: string): Promise<PaymentView> =>
    get(`${world.url('payment')}/payments/${orderId}`);
  const atProvider = async (orderId: string, does: 'pay' | 'expire') => {
    const { intents } = await shop.books(orderId);
    const url = `${world.url('sandbox-payment')}/sandbox/intents/${intents[0]?.intentId}/${does}`;
    expect((await call(url, { method: 'POST' })).status).toBeLessThan(300);
  };
  const chargeIs = (state: string) => (saga: SagaView) =>
    stepStates(saga)['charge-payment'] === state;
  const captured = async (orderId: string) => {
    const { intents } = await shop.books(orderId);
    return intents.map((intent) => [intent.captured, intent.refunded]);
  };

  it.each(['bank_transfer', 'convenience_store'] as const)(
    'by %s is waited for, told of by the provider, and completes the order',
    async (method) => {
      const productId = await shop.product(5);
      const orderId = await paidBy(productId, { method }, 'never-pays@example.com');
      await shop.untilSagaIs(orderId, 'waiting for the customer', chargeIs('pending'));
      const told = await waitFor(
        async () => {
          const view = await payment(orderId);
          return view.instructions ? view : undefined;
        },
        { what: 'instructions' },
      );
      expect(told.status).toBe('intended');
      expect(await shop.stock(productId)).toMatchObject({ reserved: 2 });
      await atProvider(orderId, 'pay');
      await shop.untilOrder(orderId, 'shipped');
      expect(await captured(orderId)).toEqual([[2500, 0]]);
    },
  );

  it('that nobody makes in time gives back the stock', async () => {
    const productId = await shop.product(5);
    const method = 'convenience_store';
    const orderId = await paidBy(productId, { method }, 'never-pays@example.com');
    await shop.untilSagaIs(orderId, 'waiting for the customer', chargeIs('pending'));
    await waitFor(async () => (await payment(orderId)).instructions, { what: 'instructions' });
    await atProvider(orderId, 'expire');
    const { order } = await shop.untilOrder(orderId, 'cancelled');
    expect(order.reason?.code).toBe('payment-expired');
    expect(await captured(orderId)).toEqual([[0, 0]]);
    expect(await shop.stock(productId)).toMatchObject({ onHand: 5, reserved: 0 });
  });

  it('that is awaited can be cancelled, and made no more', async () => {
    const productId = await shop.product(5);
    const orderId = await paidBy(productId, { method: 'bank_transfer' }, 'never-pays@example.com');
    await shop.untilSagaIs(orderId, 'waiting for the customer', chargeIs('pending'));
    expect((await shop.cancel(orderId)).status).toBe(202);
    await shop.untilOrder(orderId, 'cancelled');
    expect(await captured(orderId)).toEqual([[0, 0]]);
    expect(await payment(orderId)).toMatchObject({ status: 'canceled' });
  });

  it('with a card that is declined is made with another one', async () => {
    const productId = await shop.product(5);
    const declined = { method: 'credit_card', token: 'tok_declined', anotherCardWithinS: 600 };
    const orderId = await paidBy(productId, declined);
    await shop.untilDeclined(orderId, 1);
    const url = `${world.url('order')}/orders/${orderId}/payment`;
    expect((await call(url, { json: { token: 'tok_declined' } })).status).toBe(202);
    await waitFor(
      async () => {
        const { attempt, status } = await payment(orderId);
        return attempt === 2 && status === 'declined';
      },
      { what: 'the second card to be declined' },
    );
    await shop.untilDeclined(orderId, 2);
    expect((await call(url, { json: { token: 'tok_ok' } })).status).toBe(202);
    await shop.untilOrder(orderId, 'shipped');
    const ofEachCard = (await captured(orderId)).toSorted(([one = 0], [other = 0]) => one - other);
    expect(ofEachCard).toEqual([
      [0, 0],
      [0, 0],
      [2500, 0],
    ]);
    expect(await payment(orderId)).toMatchObject({ status: 'captured', attempt: 3 });
  });

  it('with a card that is declined, and no other one, is given up when its time is over', async () => {
    const productId = await shop.product(5);
    const declined = { method: 'credit_card', token: 'tok_declined', anotherCardWithinS: 1 };
    const orderId = await paidBy(productId, declined);
    const { order } = await shop.untilOrder(orderId, 'cancelled');
    expect(order.reason?.code).toBe('generic_decline');
    expect(await shop.stock(productId)).toMatchObject({ onHand: 5, reserved: 0 });
  });
});
