/**
 * An order is held against what the catalog, the customer and the merchant service last said, over
 * Kafka: also while they are down, and after the order service itself was.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestWorld, waitFor } from '#testing';
import { call, type Answer } from '../support/http.js';
import { anOrder } from '../support/orders.js';
import { Shop } from '../support/shop.js';

jest.setTimeout(240_000);

interface Refusal {
  readonly status: number;
  readonly detail: string;
  readonly prices?: readonly { readonly productId: string; readonly unitPrice: number }[];
  readonly errors: readonly { readonly field: string; readonly code: string }[];
}

describe('a shop that checks its orders', () => {
  let world: TestWorld;
  let shop: Shop;
  beforeAll(async () => {
    world = await TestWorld.start({
      apps: ['order', 'catalog', 'customer', 'merchant'],
      env: { order: { ORDER_CHECKS: 'on', MERCHANT_CHECKS: 'on' } },
    });
    shop = new Shop(world);
    await registerMerchant();
  }, 240_000);
  afterAll(() => world?.stop(), 240_000);

  const sell = async (productId: string, unitPrice: number): Promise<void> => {
    const { status } = await call(`${world.url('catalog')}/products/${productId}`, {
      method: 'PUT',
      json: { name: `The ${productId}`, unitPrice, currency: 'JPY' },
    });
    expect([200, 201]).toContain(status);
  };
  const merchantUrl = () => `${world.url('merchant')}/merchants/default-merchant`;
  const registerMerchant = async (): Promise<void> => {
    const json = { name: 'The Shop', timeZone: 'Asia/Tokyo' };
    expect((await call(merchantUrl(), { method: 'PUT', json })).status).toBe(201);
  };
  const know = async (customerId: string): Promise<void> => {
    const { status } = await call(`${world.url('customer')}/customers/${customerId}`, {
      method: 'PUT',
      json: { name: 'Kim Doe', email: 'kim@example.com' },
    });
    expect([200, 201]).toContain(status);
  };
  const order = (productId: string, unitPrice: number, customerId = 'kim') =>
    shop.post(anOrder({ productId, unitPrice, customerId })) as Promise<
      Answer<{ orderId: string } & Refusal>
    >;
  /** Facts are on their way for a moment. */
  const untilAnswered = (status: number, ask: () => ReturnType<typeof order>) =>
    waitFor(
      async () => {
        const answer = await ask();
        return answer.status === status ? answer.body : undefined;
      },
      { what: `an order to be answered with ${status}` },
    );

  it('sells at the price of today, and says it to who comes with that of yesterday', async () => {
    const codes = async () => (await order('mug', 100)).body.errors.map(({ code }) => code);
    // the merchant was made known a moment ago
    await waitFor(async () => !(await codes()).includes('unknown-merchant'), {
      what: 'the order service to hear of the merchant',
    });
    expect(await codes()).toEqual(['unknown-customer', 'unknown-product']);
    await know('kim');
    await sell('mug', 100);
    const { orderId } = await untilAnswered(202, () => order('mug', 100));
    expect(await shop.order(orderId)).toMatchObject({ status: 'pending', totalAmount: 200 });

    await sell('mug', 120);
    const refusal = await untilAnswered(409, () => order('mug', 100));
    expect(refusal.prices).toEqual([{ productId: 'mug', unitPrice: 120 }]);
    expect(refusal.detail).toContain('120');
    expect((await order('mug', 120)).status).toBe(202);
  });

  it('goes on checking and accepting while both services are down', async () => {
    await know('kim');
    await sell('cup', 50);
    await untilAnswered(202, () => order('cup', 50));
    await Promise.all([world.app('catalog').stop(), world.app('customer').stop()]);
    expect((await order('cup', 50)).status).toBe(202);
    expect((await order('cup', 49)).status).toBe(409);
    expect((await order('cup', 50, 'stranger')).status).toBe(422);
    await Promise.all([world.startApp('catalog'), world.startApp('customer')]);
  });

  it('takes nothing from who is blocked, and takes it again afterwards', async () => {
    await know('lee');
    await sell('pot', 900);
    await untilAnswered(202, () => order('pot', 900, 'lee'));
    const customer = `${world.url('customer')}/customers/lee`;
    expect((await call(`${customer}/block`, { json: { reason: 'never pays' } })).status).toBe(200);
    const refusal = await untilAnswered(403, () => order('pot', 900, 'lee'));
    expect(refusal.errors).toEqual([
      expect.objectContaining({ field: 'customerId', code: 'customer-blocked' }),
    ]);
    expect((await call(`${customer}/unblock`, { method: 'POST' })).status).toBe(200);
    await untilAnswered(202, () => order('pot', 900, 'lee'));
  });

  it('takes nothing for who is suspended, and takes it again afterwards', async () => {
    await know('kim');
    await sell('lid', 30);
    await untilAnswered(202, () => order('lid', 30));
    const suspend = { json: { reason: 'papers missing' } };
    expect((await call(`${merchantUrl()}/suspend`, suspend)).status).toBe(200);
    const refusal = await untilAnswered(403, () => order('lid', 30));
    expect(refusal.errors).toEqual([
      expect.objectContaining({ field: 'merchantId', code: 'merchant-suspended' }),
    ]);
    expect((await call(`${merchantUrl()}/activate`, { method: 'POST' })).status).toBe(200);
    await untilAnswered(202, () => order('lid', 30));
  });

  it('hears of what was said while it was down itself, each product as it was said last', async () => {
    await know('kim');
    await world.app('order').stop();
    const ids = Array.from({ length: 40 }, (_, n) => `plate-${n}`);
    for (const unitPrice of [1, 2, 3]) {
      await Promise.all(ids.map((productId) => sell(productId, unitPrice)));
    }
    await world.startApp('order');
    const items = ids.map((productId) => ({ productId, quantity: 1, unitPrice: 3 }));
    await untilAnswered(
      202,
      () =>
        shop.post(anOrder({ productId: '', items, customerId: 'kim' })) as ReturnType<typeof order>,
    );
  });
});
