/**
 * Promises attacked here: figures are told as they are, by day, week, month and in total, page by page,
 * as JSON and as CSV; ratios follow from the sums; days follow the merchant's zone, however late it
 * becomes known; what makes no sense is refused by name.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chargeback, refund, settled, told } from '../../../apps/analytics/src/fixtures/events.js';
import { FiguresWorld } from './figures-world.js';

const at = (day: string, time = '12:00') => ({ at: `${day}T${time}:00.000Z` });

describe('the metrics of analytics', () => {
  let world: FiguresWorld;
  beforeAll(async () => {
    world = await FiguresWorld.start();
    await world.hear(
      // Monday 30 November to Wednesday 2 December
      told('payment.requested', { order: 1, ...at('2026-11-30') }),
      told('payment.completed', { order: 1, revision: 4, ...at('2026-11-30'), more: { fee: 30 } }),
      told('order.completed', { order: 1, revision: 4, ...at('2026-12-02') }),
      told('payment.requested', { order: 2, amount: 500, ...at('2026-11-30') }),
      told('payment.failed', { order: 2, revision: 2, amount: 500, ...at('2026-12-01') }),
      told('order.cancelled', { order: 2, revision: 2, amount: 500, ...at('2026-12-01') }),
      told('payment.requested', { order: 3, amount: 2_000, channel: 'app', ...at('2026-12-01') }),
      told('payment.completed', {
        ...{ order: 3, revision: 4, amount: 2_000, channel: 'app', ...at('2026-12-01') },
        more: { fee: 50 },
      }),
      refund(300, 300, {
        order: 3,
        revision: 6,
        amount: 2_000,
        channel: 'app',
        ...at('2026-12-02'),
      }),
      chargeback('chargeback.opened', 1_000, { order: 1, revision: 6, ...at('2026-12-06') }),
      told('payment.requested', { order: 4, currency: 'GBP', amount: 7, ...at('2026-12-01') }),
    );
  }, 240_000);
  afterAll(() => world?.stop());

  const none = { refunded: 0, chargebacks: 0, refundedAmount: 0, chargebackAmount: 0 };

  it("tells a merchant's payments of a day, currency by currency", async () => {
    const items = await world.items('payment-metrics?merchant_id=tea&date=2026-12-01');
    expect(items).toEqual([
      {
        ...{ merchantId: 'tea', from: '2026-12-01', to: '2026-12-01', currency: 'GBP', ...none },
        ...{ total: 1, successful: 0, failed: 0, successRate: null, averageAmount: null },
        ...{ totalAmount: 7, successfulAmount: 0, failedAmount: 0 },
      },
      {
        ...{ merchantId: 'tea', from: '2026-12-01', to: '2026-12-01', currency: 'JPY', ...none },
        ...{ total: 1, successful: 1, failed: 1, successRate: 0.5, averageAmount: 2_000 },
        ...{ totalAmount: 2_000, successfulAmount: 2_000, failedAmount: 500 },
      },
    ]);
    expect(await world.items('payment-metrics?merchant_id=nobody&date=2026-12-01')).toEqual([]);
    expect(await world.items('payment-metrics?merchant_id=tea&date=2026-12-03')).toEqual([]);
  });

  it.each([
    ['week', ['2026-11-30', '2026-12-02']],
    ['month', ['2026-11-30', '2026-11-30'], ['2026-12-01', '2026-12-02']],
    ['total', ['2026-11-30', '2026-12-02']],
    [
      'day',
      ['2026-11-30', '2026-11-30'],
      ['2026-12-01', '2026-12-01'],
      ['2026-12-02', '2026-12-02'],
    ],
  ])('groups by %s, within the days that are asked for', async (group, ...periods) => {
    const items = await world.items(
      `payment-metrics?merchant_id=tea&from=2026-11-30&to=2026-12-02&currency=JPY&group_by=${group}`,
    );
    expect(items.map(({ from, to }) => [from, to])).toEqual(periods);
  });

  it('works out rates from sums', async () => {
    const [week, ...more] = await world.items(
      'payment-metrics?merchant_id=tea&from=2026-11-30&to=2026-12-31&currency=JPY&group_by=total',
    );
    expect(more).toEqual([]);
    expect(week).toMatchObject({
      ...{ total: 3, successful: 2, failed: 1, refunded: 1, chargebacks: 1 },
      ...{ totalAmount: 3_500, successfulAmount: 3_000, failedAmount: 500 },
      ...{ refundedAmount: 300, chargebackAmount: 1_000 },
      ...{ successRate: 0.6667, averageAmount: 1_500 },
    });
  });

  it("tells a channel's payments, of all merchants", async () => {
    const other = { merchantId: 'coffee', channel: 'app', amount: 10, ...at('2026-12-01') };
    await world.hear(told('payment.requested', { order: 9, ...other }));
    expect(await world.items('channel-metrics?channel=app&date=2026-12-01')).toMatchObject([
      { channel: 'app', currency: 'JPY', total: 2, totalAmount: 2_010, successful: 1 },
    ]);
    const [web] = await world.items('channel-metrics?channel=web&date=2026-11-30&currency=JPY');
    expect(web).toMatchObject({ total: 2, totalAmount: 1_500, successfulAmount: 1_000 });
  });

  it("tells a merchant's orders and money", async () => {
    const [all] = await world.items(
      'merchant-metrics?merchant_id=tea&from=2026-11-30&to=2026-12-31&currency=JPY&group_by=total',
    );
    expect(all).toEqual({
      ...{ merchantId: 'tea', from: '2026-11-30', to: '2026-12-31', currency: 'JPY' },
      ...{ ordersCompleted: 1, ordersCancelled: 1, ordersReturned: 0 },
      ...{ revenue: 3_000, refunds: 300, chargebacks: 1_000, fees: 80, net: 1_620 },
    });
  });

  it('goes on where a page ends', async () => {
    const path = 'payment-metrics?merchant_id=tea&from=2026-11-30&to=2026-12-31&limit=2';
    const seen: unknown[] = [];
    let cursor = '';
    for (;;) {
      const { body } = await world.get(`${path}${cursor}`);
      const items = body['items'] as Record<string, string>[];
      seen.push(...items.map(({ from, currency }) => `${from} ${currency}`));
      const next = body['nextCursor'] as string | undefined;
      if (next === undefined) break;
      expect(items).toHaveLength(2);
      cursor = `&cursor=${next}`;
    }
    expect(seen).toEqual([
      ...['2026-11-30 JPY', '2026-12-01 GBP', '2026-12-01 JPY', '2026-12-02 JPY', '2026-12-06 JPY'],
    ]);
    for (const group of ['week', 'month']) {
      const paged = path.replace('limit=2', `limit=1&group_by=${group}`);
      const first = await world.get(paged);
      const second = await world.get(`${paged}&cursor=${String(first.body['nextCursor'])}`);
      const [a, b] = [first, second].map(({ body }) => (body['items'] as object[])[0]);
      expect(a).not.toEqual(b);
      expect(b).toMatchObject(
        group === 'week'
          ? { from: '2026-11-30', currency: 'JPY', total: 3 }
          : { from: '2026-12-01', currency: 'GBP', total: 1 },
      );
    }
  });

  it('gives CSV to who asks for it', async () => {
    const merchantId = '=cmd|x, "y"';
    await world.hear(
      told('payment.completed', { order: 20, merchantId, ...at('2026-12-01'), more: { fee: 5 } }),
      refund(1_000, 1_000, { order: 20, revision: 6, merchantId, ...at('2026-12-01') }),
    );
    const path = `merchant-metrics?merchant_id=${encodeURIComponent(merchantId)}&date=2026-12-01`;
    const text = [
      'merchantId,from,to,currency,ordersCompleted,ordersCancelled,ordersReturned,revenue,refunds,' +
        'chargebacks,fees,net',
      `"'=cmd|x, ""y""",2026-12-01,2026-12-01,JPY,0,0,0,1000,1000,0,5,-5`,
      '',
    ].join('\r\n');
    for (const [suffix, accept] of [
      ['&format=csv', 'application/json'],
      ['', 'text/csv'],
    ] as const) {
      const answer = await world.csv(`${path}${suffix}`, { accept });
      expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
      expect(answer.headers['content-disposition']).toBe(
        'attachment; filename="merchant-metrics.csv"',
      );
      expect(answer.text).toBe(text);
      expect(answer.headers['link']).toBeUndefined();
    }
    expect((await world.get(`${path}&format=json`, { accept: 'text/csv' })).status).toBe(200);
    const paged = await world.csv(
      'payment-metrics?merchant_id=tea&from=2026-11-30&to=2026-12-31&limit=4&format=csv',
    );
    expect(paged.text.split('\r\n')).toHaveLength(6);
    const [, next] = /^<(\?.*)>; rel="next"$/.exec(String(paged.headers['link'])) ?? [];
    const rest = await world.csv(`payment-metrics${next}`);
    expect(rest.text.split('\r\n')[1]).toMatch(/^tea,2026-12-06,2026-12-06,JPY,0,/);
    expect(rest.text).toMatch(/,,\r\n$/);
  });

  it('moves days when a zone becomes known late, and counts from then on by the new one', async () => {
    const late = { order: 30, merchantId: 'late', ...at('2026-11-30', '15:30') };
    const early = { order: 31, merchantId: 'late', ...at('2026-11-30', '03:00') };
    const days = async () =>
      (await world.items('payment-metrics?merchant_id=late&from=2026-11-01&to=2026-12-31')).map(
        ({ from, total }) => [from, total],
      );
    await world.hear(told('payment.requested', late), told('payment.requested', early));
    expect(await days()).toEqual([['2026-11-30', 2]]);
    await world.hear(settled('late', 'Asia/Tokyo', { revision: 2, ...at('2026-11-30', '18:00') }));
    expect(await days()).toEqual([
      ['2026-11-30', 1],
      ['2026-12-01', 1],
    ]);
    // What was before, told after: compaction keeps only the latest.
    await world.hear(settled('late', 'America/New_York', { revision: 1 }));
    expect(await days()).toEqual([
      ['2026-11-29', 1],
      ['2026-11-30', 1],
    ]);
    await world.hear(
      told('payment.requested', { order: 32, merchantId: 'late', ...at('2026-11-30', '18:30') }),
    );
    expect(await days()).toEqual([
      ['2026-11-29', 1],
      ['2026-11-30', 1],
      ['2026-12-01', 1],
    ]);
  });

  it('moves more days than fit into one page', async () => {
    const moments = Array.from({ length: 2_300 }, (_, n) =>
      told('payment.requested', {
        ...{ order: 1_000 + n, merchantId: 'many' },
        // many at the same moment, on purpose
        at: new Date(Date.UTC(2026, 10, 30, 16, 0, Math.floor(n / 400))).toISOString(),
      }),
    );
    for (let from = 0; from < moments.length; from += 500) {
      await world.hear(...moments.slice(from, from + 500));
    }
    await world.hear(settled('many', 'Asia/Tokyo'));
    const [day, ...more] = await world.items(
      'payment-metrics?merchant_id=many&from=2026-11-01&to=2026-12-31',
    );
    expect(more).toEqual([]);
    expect(day).toMatchObject({ from: '2026-12-01', total: 2_300 });
  });

  it('refuses a fact that breaks its contract as a whole, and counts its batch without it', async () => {
    const broken = told('payment.requested', { order: 40, merchantId: 'b', more: { amount: -1 } });
    const fine = told('payment.requested', { order: 41, merchantId: 'b' });
    await expect(world.hear(fine, broken)).rejects.toThrow('amount');
    expect(await world.items('payment-metrics?merchant_id=b&date=2026-11-26')).toEqual([]);
    await world.hear(fine);
    expect(await world.items('payment-metrics?merchant_id=b&date=2026-11-26')).toHaveLength(1);
  });

  it('describes all of it', async () => {
    const { body } = await world.service.ask('GET', '/openapi.json');
    const { schemas } = body['components'] as { schemas: Record<string, { properties: object }> };
    const [payment] = await world.items('payment-metrics?merchant_id=tea&date=2026-12-01');
    const [merchant] = await world.items('merchant-metrics?merchant_id=tea&date=2026-12-01');
    const [channel] = await world.items('channel-metrics?channel=app&date=2026-12-01');
    for (const [name, item] of Object.entries({ payment, merchant, channel })) {
      const schema = schemas[`${name[0]?.toUpperCase()}${name.slice(1)}MetricDto`];
      expect(Object.keys(schema?.properties ?? {}).toSorted()).toEqual(
        Object.keys(item ?? {}).toSorted(),
      );
    }
  });

  it.each([
    ['no merchant', 'payment-metrics?date=2026-12-01', 'merchant_id'],
    ['no channel', 'channel-metrics?date=2026-12-01', 'channel'],
    ['no day', 'payment-metrics?merchant_id=tea', 'date'],
    ['half a range', 'payment-metrics?merchant_id=tea&from=2026-12-01', 'to'],
    ['the other half', 'payment-metrics?merchant_id=tea&to=2026-12-01', 'from'],
    ['a day and a range', 'payment-metrics?merchant_id=tea&date=2026-12-01&to=2026-12-02', 'to'],
    ['a day that is none', 'payment-metrics?merchant_id=tea&date=2026-02-30', 'date'],
    ['a day of the year 0', 'payment-metrics?merchant_id=tea&date=0000-01-01', 'date'],
    ['a moment', 'payment-metrics?merchant_id=tea&date=2026-12-01T00:00:00Z', 'date'],
    ['time going back', 'payment-metrics?merchant_id=tea&from=2026-12-02&to=2026-12-01', 'to'],
    ['eleven years', 'payment-metrics?merchant_id=tea&from=2016-01-01&to=2026-12-31', 'to'],
    [
      'a small currency',
      'payment-metrics?merchant_id=tea&date=2026-12-01&currency=jpy',
      'currency',
    ],
    ['years', 'payment-metrics?merchant_id=tea&date=2026-12-01&group_by=year', 'group_by'],
    ['XML', 'payment-metrics?merchant_id=tea&date=2026-12-01&format=xml', 'format'],
    ['no rows', 'payment-metrics?merchant_id=tea&date=2026-12-01&limit=0', 'limit'],
    ['two merchants', 'payment-metrics?merchant_id=a&merchant_id=b&date=2026-12-01', 'merchant_id'],
    [
      'a cursor of somebody',
      'payment-metrics?merchant_id=tea&date=2026-12-01&cursor=abc',
      'cursor',
    ],
    [
      'a cursor that is no place',
      `payment-metrics?merchant_id=tea&date=2026-12-01&cursor=${Buffer.from('x JPY').toString('base64url')}`,
      'cursor',
    ],
    ['what nobody knows', 'merchant-metrics?merchant_id=tea&date=2026-12-01&colour=red', 'colour'],
  ])('refuses %s, naming the field', async (_, path, field) => {
    const refused = await world.get(path);
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(refused.body).toMatchObject({ status: 400, errors: [{ field }] });
  });
});
