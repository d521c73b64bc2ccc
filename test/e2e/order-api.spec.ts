/** Promises attacked here: an order is watched live through the whole system, and none of it is missed. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestWorld } from '#testing';
import { call, get } from '../support/http.js';
import { anOrder, UNDELIVERABLE_POSTAL_CODE } from '../support/orders.js';
import { Shop } from '../support/shop.js';
import { SseClient, type SseEvent } from '../support/sse.js';

jest.setTimeout(240_000);

describe('an order in a shop’s front end', () => {
  let world: TestWorld;
  let shop: Shop;
  let productId: string;
  const clients: SseClient[] = [];
  beforeAll(async () => {
    world = await TestWorld.start();
    shop = new Shop(world);
    productId = await shop.product(10);
  }, 240_000);
  afterAll(async () => {
    for (const client of clients) client.close();
    await world?.stop();
  }, 240_000);

  const urlOf = (orderId: string, what: string) =>
    `${world.url('order')}/orders/${orderId}/${what}`;
  const watch = async (orderId: string, lastEventId?: string): Promise<SseClient> => {
    const client = await SseClient.open(urlOf(orderId, 'events'), lastEventId);
    clients.push(client);
    return client;
  };
  const history = async (orderId: string) =>
    (await get<{ items: SseEvent['data'][] }>(urlOf(orderId, 'history'))).items;

  it('is watched from pending on, through a lost connection and another card, until it has arrived', async () => {
    const { payment, ...order } = anOrder({ productId, token: 'tok_declined' });
    const orderId = await shop.place({
      ...order,
      payment: { ...payment, anotherCardWithinS: 600 },
    });
    const first = await watch(orderId);
    const created = await first.untilEvent('created');
    expect(created.data.status).toBe('pending');
    first.close();
    // what happens while nobody watches is there for whoever comes again
    await shop.untilDeclined(orderId, 1);
    const card = await call(urlOf(orderId, 'payment'), { json: { token: 'tok_ok' } });
    expect(card.status).toBe(202);
    const second = await watch(orderId, created.id);
    const shipped = await second.untilEvent('shipped');
    expect(shipped.data.status).toBe('shipped');
    const [parcel] = (await shop.books(orderId)).shipments;
    const street = `${world.url('sandbox-carrier')}/sandbox/shipments/${parcel?.shipmentId}`;
    expect((await call(`${street}/deliver`, { method: 'POST' })).status).toBe(200);
    expect((await second.untilEvent('completed')).data.status).toBe('completed');
    const seen = [...first.events, ...second.events];
    expect(seen.map(({ event }) => event)).toEqual([
      'created',
      'payment-declined',
      'another-card-given',
      'confirmed',
      'shipped',
      'completed',
    ]);
    const known = await history(orderId);
    expect(seen.map(({ data }) => data)).toEqual(known.slice(0, seen.length));
    const { customerId, email } = order;
    const found = await shop.orders({ customerId, email: email.toUpperCase(), productId });
    expect(found.map((one) => one.orderId)).toEqual([orderId]);
  });

  it('is watched to the refund when the carrier loses it, and the customer is told why', async () => {
    const orderId = await shop.placeOne({ productId });
    const client = await watch(orderId);
    await client.untilEvent('shipped');
    const [parcel] = (await shop.books(orderId)).shipments;
    const street = `${world.url('sandbox-carrier')}/sandbox/shipments/${parcel?.shipmentId}`;
    expect((await call(`${street}/lose`, { method: 'POST' })).status).toBe(200);
    expect((await client.untilEvent('returned')).data).toMatchObject({ status: 'returned' });
    expect(client.types).toEqual([
      'created',
      'confirmed',
      'shipped',
      'parcel-lost',
      'return-approved',
      'return-completed',
      'returned',
    ]);
    const [refund] = await shop.returns(orderId);
    expect(refund).toMatchObject({ origin: 'parcel-lost', status: 'completed' });
    await shop.untilMailed(orderId, ['parcel-lost']);
    const amount = refund?.refundAmount;
    const { intents } = await shop.books(orderId);
    expect(intents).toMatchObject([{ captured: amount, refunded: amount }]);
  });

  it('is watched to its end when it cannot be delivered, and then nobody asks again', async () => {
    const orderId = await shop.placeOne({ productId, postalCode: UNDELIVERABLE_POSTAL_CODE });
    const client = await watch(orderId);
    expect(await client.untilOver()).toBe('ended');
    expect(client.types).toEqual(['created', 'cancelled']);
    expect(client.events.map(({ data }) => data)).toEqual(await history(orderId));
    expect((await watch(orderId, client.events.at(-1)?.id)).status).toBe(204);
  });
});
