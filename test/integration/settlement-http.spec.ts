/** Promises attacked here: what is owed, settled and may be drawn can be looked up, page by page. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accrue } from '../../apps/settlement/src/handlers/accrual.js';
import { settlementService } from '../../apps/settlement/src/service.js';
import { readPdf } from '../../apps/settlement/src/statements/spec/read-pdf.js';
import { Outbox, type ReceivedEvent } from '#messaging';
import { waitFor } from '#testing';
import { ServiceWorld } from './service-world.js';
import { delivered, named, newOrder, paid, refunded } from './settlement-facts.js';

const DAY_MS = 86_400_000;

interface Listed {
  readonly items: { readonly settlementId: string; readonly merchantId: string }[];
  readonly nextCursor?: string;
}

describe('the settlement service', () => {
  let world: ServiceWorld;
  beforeAll(async () => {
    world = await ServiceWorld.start(settlementService, { SETTLE_EVERY_MS: '0' });
  }, 240_000);
  afterAll(() => world.stop());

  const hear = (events: readonly ReceivedEvent[]) =>
    world.app.get(Outbox).transaction((unit) => accrue(unit, events));
  const sold = async (merchantId: string, amount: number, currency = 'GBP') => {
    const order = newOrder(merchantId, currency);
    await hear([paid(order, amount, { fee: 3 }), delivered(order)]);
    return order;
  };
  const settle = async (body?: object) => {
    const opened = await world.ask('POST', '/batches', body);
    expect(opened.status).toBe(202);
    const batch = () => world.ask('GET', String(opened.headers['location']));
    return waitFor(
      async () => {
        const found = await batch();
        return found.body['state'] === 'done' ? found.body : undefined;
      },
      { what: 'the batch to be done' },
    );
  };
  const listed = async (query: string) =>
    (await world.ask('GET', `/settlements?${query}`)).body as unknown as Listed;

  it('settles when asked, and says what', async () => {
    const order = await sold('tea', 1000);
    await sold('tea', 500, 'JPY');
    const waiting = newOrder('tea');
    await hear([paid(waiting, 50)]);
    expect((await world.ask('GET', `/orders/${order.orderId}`)).body).toMatchObject({
      ...{ state: 'due', dueAt: '2026-01-08T12:00:00.000Z', gross: 1000, net: 997 },
    });
    const batch = await settle();
    expect(batch).toMatchObject({
      holdingMs: 7 * DAY_MS,
      totals: [
        { currency: 'GBP', settlements: 1, orders: 1, gross: 1000, fees: 3, net: 997 },
        { currency: 'JPY', settlements: 1, orders: 1, net: 497 },
      ],
    });
    const { items } = await listed('merchantId=tea&currency=GBP');
    expect(items).toMatchObject([{ net: 997, batchId: batch['batchId'] }]);
    const id = String(items[0]?.settlementId);
    expect((await world.ask('GET', `/settlements/${id}`)).body).toEqual(items[0]);
    expect((await world.ask('GET', `/settlements/${id}/orders`)).body).toEqual({
      items: [
        {
          ...{ orderId: order.orderId, deliveredAt: '2026-01-01T12:00:00.000Z' },
          ...{ gross: 1000, fees: 3, refunds: 0, chargebacks: 0, net: 997 },
        },
      ],
    });
    expect((await world.ask('GET', `/orders/${order.orderId}`)).body).toMatchObject({
      ...{ state: 'settled', settled: { gross: 1000, net: 997 }, settlementIds: [id] },
    });
    expect((await world.ask('GET', `/orders/${waiting.orderId}`)).body['state']).toBe('pending');
    expect((await world.ask('GET', '/balances/tea')).body).toEqual({
      merchantId: 'tea',
      balances: [
        {
          ...{ currency: 'GBP', available: 997, held: 0, drawn: 0, settled: 997, pending: 50 },
          ...{ due: 0, debt: 0, revision: 1 },
        },
        {
          ...{ currency: 'JPY', available: 497, held: 0, drawn: 0, settled: 497, pending: 0 },
          ...{ due: 0, debt: 0, revision: 1 },
        },
      ],
    });
  });

  it('shows a debt, and what is due', async () => {
    const order = await sold('debtor', 1000);
    await settle();
    await hear([refunded(order, 600)]);
    const shown = async () =>
      ((await world.ask('GET', '/balances/debtor')).body['balances'] as object[])[0];
    expect(await shown()).toMatchObject({ available: 997, due: 0, debt: 600 });
    await sold('debtor', 703);
    expect(await shown()).toMatchObject({ available: 997, due: 100, debt: 0 });
  });

  it('settles up to a cutoff of the past, and none of the future', async () => {
    await sold('cut', 1000);
    await settle({ cutoff: '2026-01-08T12:00:00Z' });
    expect((await listed('merchantId=cut')).items).toEqual([]);
    await settle({ cutoff: '2026-01-08T12:00:00.001Z' });
    expect((await listed('merchantId=cut')).items).toHaveLength(1);
    const never = ['2990-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '1969-12-31T23:59:59Z'];
    for (const cutoff of [...never, '2026-02-30T00:00:00Z', 'yesterday', 5]) {
      expect(await world.ask('POST', '/batches', { cutoff })).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'cutoff' }] },
      });
    }
  });

  it('lists settlements and batches, the newest first, page by page', async () => {
    for (const amount of [10, 20, 30]) {
      await sold('paged', amount);
      await settle();
    }
    const first = await listed('merchantId=paged&limit=2');
    const second = await listed(`merchantId=paged&limit=2&cursor=${String(first.nextCursor)}`);
    expect([...first.items, ...second.items]).toMatchObject([
      { gross: 30 },
      { gross: 20 },
      { gross: 10 },
    ]);
    expect(second).not.toHaveProperty('nextCursor');
    const batches = await world.ask('GET', '/batches?limit=1');
    const more = await world.ask('GET', `/batches?cursor=${String(batches.body['nextCursor'])}`);
    const ids = [batches, more].flatMap(({ body }) =>
      (body['items'] as { batchId: string }[]).map(({ batchId }) => batchId),
    );
    expect(ids.length).toBeGreaterThanOrEqual(3);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('states what it has settled as files to keep, however many orders there are', async () => {
    await hear([named('many', 'Old'), named('many', '茶の木', 2), named('many', 'Old', 1)]);
    const orders = Array.from({ length: 1201 }, () => newOrder('many', 'JPY'));
    await hear(orders.map((order) => delivered(order)));
    await hear(orders.map((order) => paid(order, 1000, { fee: 36 })));
    await settle();
    const [settlement] = (await listed('merchantId=many')).items;
    const file = (kind: string) =>
      world.app.inject(`/settlements/${settlement?.settlementId}/statement.${kind}`);
    const csv = await file('csv');
    expect(csv.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="${settlement?.settlementId}.csv"`,
    });
    const lines = csv.body.trimEnd().split('\r\n').slice(1);
    expect(lines).toEqual(
      orders
        .map(({ orderId }) => `${orderId},2026-01-01T12:00:00.000Z,JPY,1000,36,0,0,964`)
        .toSorted(),
    );
    const pdf = await file('pdf');
    expect(pdf.headers['content-type']).toBe('application/pdf');
    const { plain, embedded } = readPdf(pdf.rawPayload);
    expect(plain.at(-1)?.split(/\s+/)).toEqual([
      '1201',
      'orders',
      'total',
      '1201000',
      '43236',
      '0',
      '0',
      '1157764',
    ]);
    for (const character of '茶の木') expect(embedded).toContain(character);
    expect((await world.app.inject('/settlements/st_none/statement.pdf')).statusCode).toBe(404);
  });

  it('knows a merchant who has sold nothing yet', async () => {
    await hear([named('new', 'New')]);
    expect(await world.ask('GET', '/balances/new')).toMatchObject({
      ...{ status: 200, body: { merchantId: 'new', balances: [] } },
    });
  });

  it.each([
    ['/balances/nobody', 404, 'merchantId'],
    ['/settlements/st_none', 404, 'settlementId'],
    ['/settlements/st_none/orders', 404, 'settlementId'],
    ['/batches/none', 404, 'batchId'],
    ['/orders/00000000-0000-0000-0000-000000000000', 404, 'orderId'],
    ['/orders/x', 400, 'orderId'],
    ['/settlements?currency=pounds', 400, 'currency'],
    ['/settlements?cursor=x', 400, 'cursor'],
    ['/settlements?limit=0', 400, 'limit'],
    ['/batches?cursor=eA', 400, 'cursor'],
  ])('refuses %s with %d, naming the field', async (path, status, field) => {
    const refused = await world.ask('GET', path);
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(refused).toMatchObject({ status, body: { errors: [{ field }] } });
  });
});
