/**
 * Promises attacked here: each filter finds what it says and nothing else, alone and with others, page
 * by page; a question that cannot be answered is refused by the name of its field; and none of those
 * that are answered reads all orders there are.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import {
  searchStatement,
  type OrderQuery,
} from '../../../apps/order/src/persistence/search-orders.js';
import { SettleOrdersHandler } from '../../../apps/order/src/handlers/settle-orders.handler.js';
import { confirmOrder } from '#contracts';
import { newId, Outbox } from '#messaging';
import type { AdmittedCommand } from '#participant';
import { OrderWorld, validOrder } from './order-world.js';

interface Row {
  readonly orderId: string;
  readonly no: number;
  readonly status: string;
  readonly customerId: string;
  readonly merchantId: string;
  readonly email: string;
  readonly totalAmount: number;
  readonly trackingNumber: string | null;
  readonly products: readonly string[];
  readonly createdMs: number;
}

interface Plan {
  readonly 'QUERY PLAN': string;
}

const STATUSES = ['pending', 'confirmed', 'shipped', 'completed', 'cancelled', 'returned'];
const ORDERS = 20_000;
const FIRST_MS = Date.UTC(2026, 5, 1);
/** A month and a half of orders. */
const STEP_MS = 200_000;

const idAt = (ms: number, no: number): string => {
  const hex = `${ms.toString(16).padStart(12, '0')}7${(no % 4096).toString(16).padStart(3, '0')}8000`;
  const full = `${hex}${no.toString(16).padStart(12, '0')}`;
  return [
    full.slice(0, 8),
    full.slice(8, 12),
    full.slice(12, 16),
    full.slice(16, 20),
    full.slice(20),
  ].join('-');
};
const row = (no: number): Row => {
  const createdMs = FIRST_MS + no * STEP_MS;
  return {
    no,
    // given out a little before, some of them long before
    orderId: idAt(createdMs - (no % 7) * 40_000, no),
    status: STATUSES[no % 50 === 0 ? 5 : no % 5] as string,
    customerId: `c-${no % 400}`,
    merchantId: `m-${no % 13}`,
    email: `User.${no % 900}@Example.com`,
    totalAmount: (no * 37) % 10_000,
    trackingNumber: no % 3 === 0 ? `T-${no}` : null,
    products: [`p-${no % 70}`, `p-${(no * 3) % 110}`],
    createdMs,
  };
};

describe('the search for orders', () => {
  let world: OrderWorld;
  const rows = Array.from({ length: ORDERS }, (_, no) => row(no));
  beforeAll(async () => {
    world = await OrderWorld.start();
    const column = <Value>(value: (one: Row) => Value) => rows.map(value);
    await world.database.query(
      `insert into orders (order_id, customer_id, merchant_id, channel, currency, total_amount, items,
         shipping_address, email, payment_method, status, revision, tracking_number, created_at, updated_at)
       select id, customer, merchant, 'web', 'JPY', total, items, '{}', email, 'credit_card', status, 1,
         tracking, at, at
       from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::json[], $6::text[], $7::text[],
           $8::text[], $9::timestamptz[])
         as given (id, customer, merchant, total, items, email, status, tracking, at)`,
      [
        column(({ orderId }) => orderId),
        column(({ customerId }) => customerId),
        column(({ merchantId }) => merchantId),
        column(({ totalAmount }) => totalAmount),
        column(({ products }) =>
          JSON.stringify(products.map((productId) => ({ productId, quantity: 1, unitPrice: 1 }))),
        ),
        column(({ email }) => email),
        column(({ status }) => status),
        column(({ trackingNumber }) => trackingNumber),
        column(({ createdMs }) => new Date(createdMs).toISOString()),
      ],
    );
    await world.database.query('analyze orders');
  });
  afterAll(() => world.stop());

  const newestFirst = (found: readonly Row[]): string[] =>
    found
      .map(({ orderId }) => orderId)
      .sort()
      .reverse();
  const all = async (query: string): Promise<string[]> => {
    const ids: string[] = [];
    let cursor = '';
    do {
      const { status, body } = await world.get(`/orders?limit=100&${query}${cursor}`);
      expect({ status, body }).toMatchObject({ status: 200 });
      ids.push(...(body['items'] as { orderId: string }[]).map(({ orderId }) => orderId));
      const next = body['nextCursor'];
      cursor = typeof next === 'string' ? `&cursor=${next}` : '';
    } while (cursor !== '' && ids.length < 2_000);
    return ids;
  };
  const time = (no: number): string => new Date(FIRST_MS + no * STEP_MS).toISOString();

  it.each<[string, (one: Row) => boolean]>([
    ['status=returned', ({ status }) => status === 'returned'],
    ['customerId=c-7', ({ customerId }) => customerId === 'c-7'],
    ['merchantId=m-3', ({ merchantId }) => merchantId === 'm-3'],
    ['email=uSER.17%40example.COM', ({ email }) => email === 'User.17@Example.com'],
    ['trackingNumber=T-300', ({ no }) => no === 300],
    ['trackingNumber=T-301', () => false],
    [`createdFrom=${time(19_900)}`, ({ no }) => no >= 19_900],
    [`createdTo=${time(120)}`, ({ no }) => no < 120],
    [`createdFrom=${time(500)}&createdTo=${time(501)}`, ({ no }) => no === 500],
    [
      'email=user.17@example.com&status=pending,cancelled',
      ({ email, status }) =>
        email === 'User.17@Example.com' && ['pending', 'cancelled'].includes(status),
    ],
    [
      'customerId=c-8&merchantId=m-2&status=completed',
      ({ customerId, merchantId, status }) =>
        customerId === 'c-8' && merchantId === 'm-2' && status === 'completed',
    ],
    [
      'customerId=c-9&productId=p-27',
      ({ customerId, products }) => customerId === 'c-9' && products.includes('p-27'),
    ],
    [
      'customerId=c-9&totalFrom=333&totalTo=5133',
      ({ customerId, totalAmount }) =>
        customerId === 'c-9' && totalAmount >= 333 && totalAmount <= 5133,
    ],
    ['trackingNumber=T-300&totalFrom=1100&totalTo=1100', ({ no }) => no === 300],
    ['trackingNumber=T-300&totalFrom=1101', () => false],
    [
      `productId=p-5&createdFrom=${time(3_000)}&createdTo=${time(9_000)}`,
      ({ no, products }) => no >= 3_000 && no < 9_000 && products.includes('p-5'),
    ],
    [
      `totalTo=99&merchantId=m-1&createdFrom=${time(100)}&createdTo=${time(9_000)}`,
      ({ no, totalAmount, merchantId }) =>
        no >= 100 && no < 9_000 && totalAmount <= 99 && merchantId === 'm-1',
    ],
    [
      `status=shipped,returned&createdFrom=${time(19_000)}&createdTo=${time(19_900)}`,
      ({ no, status }) => no >= 19_000 && no < 19_900 && ['shipped', 'returned'].includes(status),
    ],
  ])('finds by %s what there is, newest first', async (query, holds) => {
    const expected = newestFirst(rows.filter(holds)).slice(0, 2_000);
    const found = await all(query);
    expect(found.slice(0, 2_000)).toEqual(expected);
  });

  it('pages through several statuses without leaving one out or showing one twice', async () => {
    const wanted = rows.filter(({ status }) => ['returned', 'completed'].includes(status));
    const found = await all('status=completed,returned,returned');
    expect(found).toEqual(newestFirst(wanted).slice(0, found.length));
    expect(found.length).toBeGreaterThanOrEqual(2_000);
  });

  it('takes times of any zone, and finds an order by a number as long as it may be', async () => {
    const zoned = '2026-06-01T09:00:00%2B09:00';
    expect(await all(`createdTo=${zoned}`)).toEqual([]);
    const later = '2026-06-01T09:00:01%2B09:00';
    expect(await all(`createdTo=${later}`)).toEqual([rows[0]?.orderId]);
    const placed = await world.post('/orders', validOrder());
    const orderId = String(placed.body['orderId']);
    // a parcel that is on its way must not wait for an index that cannot hold its name
    const trackingNumber = 'x'.repeat(200) + randomBytes(10_000).toString('hex');
    const event = { id: newId(), subject: orderId, type: confirmOrder.name };
    const payload = { orderId, trackingNumber };
    const command = { name: confirmOrder.name, payload, event } as unknown as AdmittedCommand;
    const handler = world.app.get(SettleOrdersHandler);
    await world.app.get(Outbox).transaction((unit) => handler.handle(unit, [command]));
    expect((await world.get(`/orders/${orderId}`)).body).toMatchObject({ trackingNumber });
    expect(await all(`trackingNumber=${'x'.repeat(200)}`)).toEqual([]);
    await world.database.query('delete from orders where order_id = $1', [orderId]);
  });

  const range = 'createdFrom=2026-06-01T00:00:00Z&createdTo=2026-07-02T00:00:01Z';
  it.each([
    ['status=confirmed,lost', ['status']],
    ['status=confirmed,', ['status']],
    ['status=a%20b', ['status']],
    ['email=nobody', ['email']],
    ['email=a%40b%40c', ['email']],
    ['merchantId=', ['merchantId']],
    [`trackingNumber=${'x'.repeat(201)}`, ['trackingNumber']],
    ['createdFrom=yesterday', ['createdFrom']],
    ['createdFrom=2026-06-01', ['createdFrom']],
    ['createdFrom=2026-02-30T00:00:00Z', ['createdFrom']],
    ['createdTo=2026-06-01T25:00:00Z', ['createdTo']],
    ['createdFrom=0000-01-01T00:00:00Z', ['createdFrom']],
    ['createdFrom=0001-01-01T00:00:00%2B01:00', ['createdFrom']],
    ['createdTo=9999-12-31T23:59:00-01:00', ['createdTo']],
    ['createdFrom=2026-06-01T00:00:00+09:00', ['createdFrom']],
    ['createdFrom=2026-06-02T00:00:00Z&createdTo=2026-06-02T00:00:00Z', ['createdTo']],
    ['customerId=c&totalFrom=1.5', ['totalFrom']],
    ['customerId=c&totalFrom=-1', ['totalFrom']],
    ['customerId=c&totalTo=1000000000001', ['totalTo']],
    ['customerId=c&totalFrom=2&totalTo=1', ['totalTo']],
    ['productId=p-1', ['productId']],
    ['productId=p-1&merchantId=m-1&status=pending', ['productId']],
    ['productId=p-1&createdTo=2026-06-01T00:00:00Z', ['productId']],
    [`productId=p-1&${range}`, ['productId']],
    ['productId=p-1&createdFrom=2026-06-01T00:00:00Z', ['productId']],
    ['totalFrom=5&totalTo=9', ['totalFrom', 'totalTo']],
    ['colour=red&status=pending&size=9', ['colour', 'size']],
    ['status=pending&status=confirmed', ['status']],
  ])('refuses ?%s and names what is wrong', async (query, fields) => {
    const { status, body, headers } = await world.get(`/orders?${query}`);
    expect(status).toBe(400);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(body.errors?.map(({ field }) => field)).toEqual(fields);
  });

  it('says what is missing beside a product', async () => {
    const { body } = await world.get('/orders?productId=p-1');
    expect(body.errors?.[0]?.message).toMatch(/needs customerId, email or trackingNumber.*31 days/);
  });

  const month = { createdFrom: new Date(time(1_000)), createdTo: new Date(time(12_000)) };
  const customerId = 'c-1';
  const statuses = ['confirmed', 'shipped'] as const;
  it.each<[string, Omit<OrderQuery, 'limit'>, index?: string]>([
    ['nothing', {}],
    ['a page', { before: idAt(FIRST_MS + 9_000 * STEP_MS, 1) }],
    ['status', { statuses: ['returned'] }, 'orders_by_status'],
    ['statuses', { statuses }, 'orders_by_status'],
    ['all statuses', { statuses: STATUSES as never }],
    ['customer', { customerId }, 'orders_by_customer'],
    ['customer, status', { customerId, statuses }, 'orders_by_customer'],
    ['customer, product, total', { customerId, productId: 'p-1', totalFrom: 1, totalTo: 2 }],
    ['merchant', { merchantId: 'm-1' }, 'orders_by_merchant'],
    ['merchant, status', { merchantId: 'm-1', statuses: ['returned'] }],
    ['merchant, time, total', { merchantId: 'm-1', ...month, totalFrom: 9_000 }],
    ['email', { email: 'user.1@example.com' }, 'orders_by_email'],
    ['email, status, total', { email: 'user.1@example.com', statuses, totalTo: 3 }],
    ['tracking number', { trackingNumber: 'T-3' }, 'orders_by_tracking_number'],
    ['tracking number, customer', { trackingNumber: 'T-3', customerId }],
    ['time', month],
    ['time from', { createdFrom: month.createdFrom }],
    ['time to', { createdTo: month.createdTo }],
    ['time, product', { ...month, productId: 'p-1' }],
    ['time, total, statuses', { ...month, totalFrom: 9_000, statuses }],
    [
      'everything',
      {
        ...month,
        customerId,
        merchantId: 'm-1',
        email: 'a@b.c',
        trackingNumber: 'T',
        productId: 'p',
        totalFrom: 1,
        totalTo: 2,
        statuses,
        before: idAt(FIRST_MS, 1),
      },
    ],
  ])(
    'reads an index for %s, whatever the planner may choose',
    async (_, query, index = 'orders_') => {
      const { text, params } = searchStatement({ ...query, limit: 21 });
      // not the service's own session, which is told to avoid sequential scans
      const client = new pg.Client({ connectionString: world.databaseUrl });
      await client.connect();
      try {
        const { rows: settings } = await client.query<{ enable_seqscan: string }>(
          'show enable_seqscan',
        );
        expect(settings[0]?.enable_seqscan).toBe('on');
        const plans = [
          await client.query<Plan>(`explain ${text}`, params),
          await client.query<Plan>(`explain (generic_plan) ${text}`),
        ];
        for (const { rows: lines } of plans) {
          const plan = lines.map((line) => line['QUERY PLAN']).join('\n');
          expect(plan).toMatch(/Index.* on orders/);
          expect(plan).toContain(index);
          expect(plan).not.toMatch(/Seq Scan on orders/);
        }
      } finally {
        await client.end();
      }
    },
  );
});
