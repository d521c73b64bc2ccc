import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OrderWorld, validOrder } from './order-world.js';

describe('Idempotency-Key', () => {
  let world: OrderWorld;
  beforeAll(async () => {
    world = await OrderWorld.start();
  });
  afterAll(() => world.stop());

  const place = (key: string, changes: object = {}) =>
    world.post('/orders', validOrder(changes), { 'idempotency-key': key });

  it('answers a repeated request with the first answer, and does nothing again', async () => {
    const first = await place('once');
    const [orders, events] = [await world.orderCount(), (await world.events()).length];
    await world.database.query(`update orders set status = 'confirmed' where order_id = $1`, [
      first.body['orderId'],
    ]);
    const second = await place('once');
    expect(second.status).toBe(202);
    expect(second.body).toEqual(first.body);
    expect(second.headers['location']).toBe(first.headers['location']);
    expect([await world.orderCount(), (await world.events()).length]).toEqual([orders, events]);
  });

  it.each([
    ['quantity', { items: [{ productId: 'p-1', quantity: 3, unitPrice: 1250 }] }],
    ['card', { payment: { method: 'credit_card', token: 'tok_other' } }],
  ])('refuses the same key with another %s', async (_, changes) => {
    await place('taken');
    const orders = await world.orderCount();
    const answer = await place('taken', changes);
    expect(answer.status).toBe(422);
    expect(answer.body.errors?.[0]?.field).toBe('Idempotency-Key');
    expect(await world.orderCount()).toBe(orders);
  });

  it('is one of its merchant: another may take the same, and repeats its own', async () => {
    const [tea, mugs] = [{ merchantId: 'tea' }, { merchantId: 'mugs' }];
    const answers = await Promise.all([place('both', tea), place('both', mugs)]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    const ids = answers.map(({ body }) => body['orderId']);
    expect(new Set(ids).size).toBe(2);
    const again = await Promise.all([place('both', tea), place('both', mugs)]);
    expect(again.map(({ body }) => body['orderId'])).toEqual(ids);
    expect((await place('both', { ...tea, customerId: 'other' })).status).toBe(422);
  });

  it('places one order for many requests with one key at the same moment', async () => {
    const [orders, events] = [await world.orderCount(), (await world.events()).length];
    // more than one group's worth, so that groups meet in the database as well
    const answers = await Promise.all(Array.from({ length: 500 }, () => place('rush')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => body['orderId'])).size).toBe(1);
    expect(await world.orderCount()).toBe(orders + 1);
    expect((await world.events()).length).toBe(events + 2);
  });

  it('sorts out keys, repetitions and misuse within one group', async () => {
    const answers = await Promise.all([
      place('a'),
      place('b'),
      place('a'),
      place('b', { customerId: 'other' }),
      world.post('/orders', validOrder()),
      world.post('/orders', validOrder()),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 422, 202, 202]);
    const ids = answers.map(({ body }) => body['orderId']);
    expect(ids[2]).toBe(ids[0]);
    expect(new Set(ids.filter((id) => id !== undefined)).size).toBe(4);
  });

  it('does not deadlock when groups bring the same keys in opposite orders', async () => {
    const keys = Array.from({ length: 600 }, (_, n) => `k-${n}`);
    const [there, back] = await Promise.all([
      Promise.all(keys.map((key) => place(key))),
      Promise.all(keys.toReversed().map((key) => place(key))),
    ]);
    const ids = (answers: typeof there) => answers.map(({ body }) => body['orderId']);
    expect(new Set([...there, ...back].map(({ status }) => status))).toEqual(new Set([202]));
    expect(ids(back).toReversed()).toEqual(ids(there));
  });

  it.each(['', 'a b', 'ä', 'k'.repeat(256)])('refuses the key %p', async (key) => {
    const answer = await place(key);
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.[0]?.field).toBe('Idempotency-Key');
  });

  it('takes the longest key there may be', async () => {
    const key = '~'.repeat(255);
    const [first, second] = [await place(key), await place(key)];
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.body).toEqual(first.body);
  });
});
