/** Promise attacked here: what was is told as of any moment, whenever it came to be known. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditWorld, aFact } from './audit-world.js';

const orderId = '0198f7a6-0b54-7c43-9d1e-3f3c2a1b4c5d';
const common = { orderId, merchantId: 'm', customerId: 'c', channel: 'web', currency: 'GBP' };
const at = (minute: number): string => new Date(Date.UTC(2026, 8, 30, 23, minute)).toISOString();

describe('what was at a moment', () => {
  let world: AuditWorld;
  beforeAll(async () => {
    world = await AuditWorld.start();
    const order = { ...common, totalAmount: 5, occurredAt: at(0) };
    const items = [{ productId: 'mug', quantity: 1, unitPrice: 5 }];
    const shippingAddress = { prefecture: 'P', city: 'C', line1: 'L', postalCode: '1' };
    await world.keep(
      aFact(
        'order.confirmed',
        orderId,
        { ...order, revision: 2, status: 'confirmed' },
        {
          time: at(70),
        },
      ),
      aFact(
        'order.created',
        orderId,
        { ...order, revision: 1, status: 'pending', items, shippingAddress },
        { time: at(1) },
      ),
    );
    await world.keep(
      aFact(
        'payment.completed',
        orderId,
        { ...common, revision: 2, method: 'credit_card', amount: 5, fee: 1, occurredAt: at(2) },
        { time: at(2), topic: 'payment.events' },
      ),
    );
    const merchant = (name: string, revision: number, minute: number) =>
      aFact(
        'merchant.updated',
        'tea',
        { name, revision },
        {
          ...{ time: at(minute), topic: 'merchant.events' },
        },
      );
    // The clocks of two replicas.
    await world.keep(merchant('c', 3, 29), merchant('a', 1, 10), merchant('b', 2, 30));
  }, 240_000);
  afterAll(() => world?.stop());

  const ask = (path: string) => world.service.ask('GET', path);

  it('is found by an id in capitals, too', async () => {
    const id = orderId.toUpperCase();
    expect(await ask(`/aggregates/order/${id}`)).toMatchObject({
      status: 200,
      body: { aggregateId: orderId },
    });
    for (const path of [
      `/aggregates/order/${id}/events?`,
      `/events?aggregateType=order&aggregateId=${id}&`,
    ]) {
      expect((await ask(`${path}limit=5`)).body['items']).toHaveLength(2);
    }
  });

  it.each([
    [at(1), 'pending', undefined, 1],
    [at(2), 'pending', 5, 2],
    ['2026-10-01T00:10:00+00:00', 'confirmed', 5, 3],
    ['2026-10-01T09:09:59.999+09:00', 'pending', 5, 2],
    ['', 'confirmed', 5, 3],
  ])('is told of an order as of %s', async (moment, status, captured, facts) => {
    const query = moment === '' ? '' : `?at=${encodeURIComponent(moment)}`;
    const { body } = await ask(`/orders/${orderId.toUpperCase()}${query}`);
    expect(body).toMatchObject({ orderId, order: { status, totalAmount: 5 } });
    expect((body['payment'] as { captured?: number } | undefined)?.captured).toBe(captured);
    expect(body['history']).toHaveLength(facts);
  });

  it('is told of anything, by its revisions', async () => {
    const name = async (minute: number) =>
      ((await ask(`/aggregates/merchant/tea?at=${at(minute)}`)).body['data'] as { name?: string })
        ?.name;
    expect(await name(10)).toBe('a');
    expect(await name(29)).toBe('c');
    expect(await name(30)).toBe('c');
    const all = await ask('/aggregates/merchant/tea/events?limit=2');
    expect(all.body).toMatchObject({ more: true, items: [{ revision: 3 }, { revision: 1 }] });
    const rest = await ask(`/aggregates/merchant/tea/events?after=${String(all.body['cursor'])}`);
    expect(rest.body).toMatchObject({ more: false, items: [{ revision: 2 }] });
  });

  it.each([
    [`/orders/${orderId}?at=${at(0)}`, 404, 'at'],
    ['/orders/0198f7a6-0b54-7c43-9d1e-3f3c2a1b4c5e', 404, 'orderId'],
    ['/aggregates/merchant/nobody', 404, 'id'],
    [`/aggregates/merchant/tea?at=${at(9)}`, 404, 'at'],
    ['/orders/x', 400, 'orderId'],
    [`/orders/${orderId}?at=yesterday`, 400, 'at'],
    [`/orders/${orderId}?at=2026-02-30T00:00:00Z`, 400, 'at'],
    ['/events?limit=0', 400, 'limit'],
    ['/events?limit=1001', 400, 'limit'],
    ['/events?after=xyz', 400, 'after'],
    ['/events?after=MTg0NDY3NDQwNzM3MDk1NTE2MTYuMQ', 400, 'after'],
    ['/events?aggregateId=x', 400, 'aggregateType'],
    ['/events?type=', 400, 'type'],
    ['/events?from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z', 400, 'to'],
    ['/events?from=0000-01-01T00:00:00Z', 400, 'from'],
    ['/events?color=red', 400, 'color'],
  ])('is refused where it makes no sense: %s', async (path, status, field) => {
    const { body } = await ask(path);
    expect(body).toMatchObject({ status, errors: [{ field }] });
  });
});
