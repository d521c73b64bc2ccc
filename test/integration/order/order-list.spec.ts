import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OrderWorld, validOrder } from './order-world.js';

interface Page {
  readonly items: readonly { readonly orderId: string; readonly status: string }[];
  readonly nextCursor?: string;
}

describe('the list of orders', () => {
  let world: OrderWorld;
  const placed: string[] = [];
  beforeAll(async () => {
    world = await OrderWorld.start();
    for (let n = 0; n < 25; n += 1) {
      const { body } = await world.post('/orders', validOrder({ customerId: `c-${n % 2}` }));
      placed.unshift(String(body['orderId']));
    }
    await world.database.query(
      `update orders set status = 'cancelled', reason = '{"code":"x","message":"y"}'
        where order_id = any($1::uuid[])`,
      [placed.filter((_, index) => index % 5 === 0)],
    );
  });
  afterAll(() => world.stop());

  const page = async (query: string): Promise<Page> => {
    const { status, body } = await world.get(`/orders?${query}`);
    expect(status).toBe(200);
    return body as unknown as Page;
  };
  const all = async (query: string): Promise<string[]> => {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const { items, nextCursor } = await page(cursor ? `${query}&cursor=${cursor}` : query);
      ids.push(...items.map(({ orderId }) => orderId));
      cursor = nextCursor;
    } while (cursor !== undefined);
    return ids;
  };

  it.each([1, 7, 24, 25, 26, 100])(
    'shows each order once, newest first, %i a page',
    async (limit) => {
      expect(await all(`limit=${limit}`)).toEqual(placed);
    },
  );

  it('has pages of 20 when nothing is said, and no cursor after the last', async () => {
    const first = await page('');
    expect(first.items).toHaveLength(20);
    const second = await page(`cursor=${first.nextCursor}`);
    expect(second.items).toHaveLength(5);
    expect(second).not.toHaveProperty('nextCursor');
  });

  it('shows no order twice when orders come in between two pages', async () => {
    const first = await page('limit=10');
    const { body } = await world.post('/orders', validOrder({ customerId: 'late' }));
    const second = await page(`limit=100&cursor=${first.nextCursor}`);
    const seen = [...first.items, ...second.items].map(({ orderId }) => orderId);
    expect(seen).toEqual(placed);
    await world.database.query('delete from orders where order_id = $1', [body['orderId']]);
  });

  it('filters by customer and by status, alone and together', async () => {
    const cancelled = placed.filter((_, index) => index % 5 === 0);
    const ofCustomer = placed.filter((_, index) => (24 - index) % 2 === 0);
    expect(await all('status=cancelled&limit=2')).toEqual(cancelled);
    expect(await all('customerId=c-0&limit=4')).toEqual(ofCustomer);
    expect(await all('status=cancelled&customerId=c-0&limit=1')).toEqual(
      cancelled.filter((id) => ofCustomer.includes(id)),
    );
    expect(await all('status=confirmed')).toEqual([]);
    expect(await all('customerId=nobody')).toEqual([]);
    const { items } = await page('status=cancelled&limit=1');
    expect(items[0]).toMatchObject({ status: 'cancelled', reason: { code: 'x', message: 'y' } });
  });

  it.each([
    ['status=lost', 'status'],
    ['status=', 'status'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1.5', 'limit'],
    ['cursor=x', 'cursor'],
    ['cursor=', 'cursor'],
    ['cursor=%00', 'cursor'],
    ['customerId=', 'customerId'],
    [`customerId=${'x'.repeat(65)}`, 'customerId'],
    ['customerId=a&customerId=b', 'customerId'],
    ['offset=3', 'offset'],
  ])('refuses ?%s and names the field', async (query, field) => {
    const { status, body } = await world.get(`/orders?${query}`);
    expect(status).toBe(400);
    expect(body.errors?.map((error) => error.field)).toContain(field);
  });
});
