/**
 * Promises attacked here: each change of an order is one entry of its history, committed with it,
 * whatever comes again; numbers have no gaps; orders of before the history have one too.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SettleOrdersHandler } from '../../../apps/order/src/handlers/settle-orders.handler.js';
import { SettleReturnsHandler } from '../../../apps/order/src/handlers/settle-returns.handler.js';
import {
  approveReturn,
  cancelOrder,
  completeReturn,
  confirmOrder,
  recordReceipt,
  rejectReturn,
} from '#contracts';
import { migrations } from '#migrations/order';
import { newId, openDatabase, Outbox } from '#messaging';
import type { AdmittedCommand, CommandHandler } from '#participant';
import { createDatabase, testId } from '#testing';
import { silent } from '../participant-harness.js';
import { OrderWorld, validOrder, type Json } from './order-world.js';

const reason = { code: 'lost', message: 'The goods never arrived.' };

describe('the history of an order', () => {
  let world: OrderWorld;
  beforeAll(async () => {
    world = await OrderWorld.start();
  });
  afterAll(() => world.stop());

  const place = async (changes: object = {}): Promise<string> =>
    String((await world.post('/orders', validOrder(changes))).body['orderId']);
  const page = async (orderId: string, query = '') => {
    const { status, body } = await world.get(`/orders/${orderId}/history${query}`);
    expect(status).toBe(200);
    return body as unknown as { items: Json[]; nextCursor?: string };
  };
  const types = async (orderId: string) =>
    (await page(orderId)).items.map(({ seq, type }) => `${String(seq)} ${String(type)}`);
  const handle = (handler: CommandHandler, ...commands: [name: string, payload: object][]) =>
    world.app.get(Outbox).transaction((unit) =>
      handler.handle(
        unit,
        commands.map(([name, payload]) => {
          const event = { id: newId(), subject: 'x', type: name };
          return { name, payload, event } as unknown as AdmittedCommand;
        }),
      ),
    );
  const settle = (...commands: [name: string, payload: object][]) =>
    handle(world.app.get(SettleOrdersHandler), ...commands);
  const move = (...commands: [name: string, payload: object][]) =>
    handle(world.app.get(SettleReturnsHandler), ...commands);

  it('begins with the order, and says what its row says', async () => {
    const orderId = await place();
    const { body: order } = await world.get(`/orders/${orderId}`);
    expect((await page(orderId.toUpperCase())).items).toEqual([
      { seq: 1, type: 'created', status: 'pending', revision: 1, at: order['createdAt'] },
    ]);
  });

  it('has one entry a change, however often it is asked for', async () => {
    const orderId = await place();
    const confirm = [confirmOrder.name, { orderId, trackingNumber: 'T-1' }] as [string, object];
    for (const _ of [1, 2]) await world.declines(orderId);
    for (const _ of [1, 2]) {
      await world.post(`/orders/${orderId}/payment`, { token: 'tok_secret_a' });
    }
    for (const _ of [1, 2]) await world.post(`/orders/${orderId}/cancel`, { reason: 'twice' });
    await settle(confirm, confirm);
    await settle(confirm);
    await world.post(`/orders/${orderId}/cancel`, {});
    const asked = { code: 'cancelled-by-customer', message: 'twice' };
    expect((await page(orderId)).items).toMatchObject([
      { seq: 1, type: 'created' },
      { seq: 2, type: 'payment-declined', reason: { code: 'card_declined' } },
      { seq: 3, type: 'another-card-given', status: 'pending', revision: 1 },
      { seq: 4, type: 'cancel-requested', status: 'pending', revision: 1, reason: asked },
      { seq: 5, type: 'confirmed', status: 'confirmed', revision: 2, trackingNumber: 'T-1' },
    ]);
    expect(JSON.stringify(await page(orderId))).not.toContain('tok_secret');
  });

  it('tells of its returns, by their ids, each step once', async () => {
    const [orderId, cancelled] = [await place(), await place()];
    await settle([confirmOrder.name, { orderId }]);
    await settle([cancelOrder.name, { orderId: cancelled, reason }]);
    const ask = async () => {
      const items = [{ productId: 'p-1', quantity: 1 }];
      const headers = { 'idempotency-key': 'once' };
      const answers = [1, 2].map(() =>
        world.post(`/orders/${orderId}/returns`, { items }, headers),
      );
      const [first] = await Promise.all(answers);
      return String(first?.body['returnId']);
    };
    await world.database.query(`update orders set status = 'shipped' where order_id = $1`, [
      orderId,
    ]);
    const returnId = await ask();
    const step = (name: string) => [name, { orderId, returnId }] as [string, object];
    await move(step(approveReturn.name), step(recordReceipt.name), step(approveReturn.name));
    await move(step(recordReceipt.name), step(completeReturn.name));
    const { body } = await world.post(`/orders/${orderId}/returns`, {
      items: [{ productId: 'p-2', quantity: 1 }],
    });
    const second = String(body['returnId']);
    await move([rejectReturn.name, { orderId, returnId: second, reason }]);
    expect((await page(orderId, '?cursor=2')).items).toMatchObject([
      { seq: 3, type: 'return-requested', status: 'shipped', revision: 2, returnId },
      { seq: 4, type: 'return-approved', returnId },
      { seq: 5, type: 'return-received', returnId },
      { seq: 6, type: 'return-completed', returnId },
      { seq: 7, type: 'return-requested', returnId: second },
      { seq: 8, type: 'return-rejected', returnId: second, reason, revision: 2 },
    ]);
    expect((await page(cancelled)).items).toMatchObject([{}, { type: 'cancelled', reason }]);
  });

  it('tells of a cancel that was asked for when the order was confirmed', async () => {
    const orderId = await place();
    await settle([confirmOrder.name, { orderId }]);
    await world.post(`/orders/${orderId}/cancel`, {});
    expect(await types(orderId)).toEqual(['1 created', '2 confirmed', '3 cancel-requested']);
  });

  it('begins with what happens to an order that a replica of before has written', async () => {
    const orderId = await place();
    await world.database.query('delete from order_event where order_id = $1', [orderId]);
    expect((await world.post(`/orders/${orderId}/cancel`, {})).status).toBe(202);
    expect(await types(orderId)).toEqual(['1 cancel-requested']);
  });

  it('has no entry of what was rolled back', async () => {
    const orderId = await place();
    const handler = world.app.get(SettleOrdersHandler);
    const event = { id: newId(), subject: orderId, type: confirmOrder.name };
    const command = { name: confirmOrder.name, payload: { orderId }, event };
    const failing = world.app.get(Outbox).transaction(async (unit) => {
      await handler.handle(unit, [command as unknown as AdmittedCommand]);
      throw new Error('the disk is full');
    });
    await expect(failing).rejects.toThrow('the disk is full');
    expect(await types(orderId)).toEqual(['1 created']);
  });

  it('has numbers without gaps when everybody writes at once', async () => {
    const orderId = await place();
    const write = (_: unknown, index: number) => [
      world.declines(orderId, index + 1),
      world.post(`/orders/${orderId}/payment`, { token: 'tok_b' }),
      world.post(`/orders/${orderId}/cancel`, {}),
    ];
    const ends = await Promise.all([
      ...Array.from({ length: 10 }, write).flat(),
      settle([confirmOrder.name, { orderId }]),
      ...Array.from({ length: 3 }, write).flat(),
    ]);
    expect(ends).toHaveLength(40);
    const { items } = await page(orderId);
    expect(items.map(({ seq }) => seq)).toEqual(items.map((_, index) => index + 1));
    expect(items.filter(({ type }) => type === 'confirmed')).toHaveLength(1);
  });

  it('comes in pages, and names what is wrong with a question', async () => {
    const orderId = await place();
    await world.database.query(
      `insert into order_event (order_id, seq, type, status, revision, at)
       select $1, n, 'another-card-given', 'pending', 1, now() from generate_series(2, 450) n`,
      [orderId],
    );
    const seen: unknown[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const found: Awaited<ReturnType<typeof page>> = await page(
        orderId,
        cursor === undefined ? '' : `?cursor=${cursor}`,
      );
      seen.push(...found.items.map(({ seq }) => seq));
      cursor = found.nextCursor;
      pages += 1;
    } while (cursor !== undefined);
    expect([pages, seen]).toEqual([3, Array.from({ length: 450 }, (_, index) => index + 1)]);
    expect((await page(orderId, '?cursor=450')).items).toEqual([]);
    const refused = async (path: string) => {
      const { status, body } = await world.get(`/orders/${path}`);
      return [status, body.errors?.[0]?.field];
    };
    expect(await refused(`${newId()}/history`)).toEqual([404, 'orderId']);
    expect(await refused('17/history')).toEqual([400, 'orderId']);
    expect(await refused(`${orderId}/history?cursor=x`)).toEqual([400, 'cursor']);
    expect(await refused(`${orderId}/history?limit=201`)).toEqual([400, 'limit']);
    expect(await refused(`${orderId}/history?after=1`)).toEqual([400, 'after']);
  });

  it('is made for orders of before from what their rows say', async () => {
    const made = await createDatabase(world.postgres, testId());
    const open = (count: number) =>
      openDatabase({
        url: made.url,
        poolSize: 2,
        applicationName: 'history-test',
        migrations: migrations.slice(0, count),
        log: silent,
      });
    const before = await open(4);
    const [pending, settled, strange] = [newId(), newId(), newId()].sort() as [
      string,
      string,
      string,
    ];
    // json as it is stored holds it, and anything that reads into it fails
    const unreadable = { code: 'refused', message: 'a\u0000b' };
    await before.query(
      `insert into orders (order_id, customer_id, merchant_id, channel, currency, total_amount,
         items, shipping_address, email, payment_method, status, reason, revision, created_at, updated_at)
       select id, 'c', 'm', 'web', 'JPY', 1, '[]', '{}', 'a@b.c', 'credit_card', status, reason,
         revision, '2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z'
       from unnest($1::uuid[], $2::text[], $3::json[], $4::int[]) as given (id, status, reason, revision)`,
      [
        [pending, settled, strange],
        ['pending', 'cancelled', 'cancelled'],
        [null, JSON.stringify(reason), JSON.stringify(unreadable)],
        [1, 2, 2],
      ],
    );
    await before.close();
    const after = await open(migrations.length);
    const rows = await after.query(
      `select order_id, seq, type, status, revision, details, at::date::text as day
         from order_event order by order_id, seq`,
    );
    await after.close();
    await made.drop();
    const created = { seq: 1, type: 'created', status: 'pending', revision: 1, details: null };
    const cancelled = { seq: 2, type: 'cancelled', status: 'cancelled', revision: 2 };
    expect(rows).toEqual([
      { order_id: pending, ...created, day: '2026-11-01' },
      { order_id: settled, ...created, day: '2026-11-01' },
      { order_id: settled, ...cancelled, details: { reason }, day: '2026-11-02' },
      { order_id: strange, ...created, day: '2026-11-01' },
      { order_id: strange, ...cancelled, details: { reason: unreadable }, day: '2026-11-02' },
    ]);
  });
});
