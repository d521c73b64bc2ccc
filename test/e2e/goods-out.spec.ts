/**
 * Promises attacked here: a parcel that was handed over takes its goods off the shelf, once, over the
 * broker as it is; a fact that nobody can read holds up no other. There is neither an orchestrator nor
 * shipping in this world; the test says what they would.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestWorld, waitFor } from '#testing';
import {
  commandIdOf,
  commandMessage,
  handSaga,
  repliesOf,
  type HandCommand,
  type HandSaga,
} from '../support/commands.js';
import { call } from '../support/http.js';
import { Shop } from '../support/shop.js';
import { Topics, type OutgoingMessage, type StoredMessage } from '../support/topics.js';

jest.setTimeout(240_000);

const WITHIN = { timeoutMs: 150_000 };

const handedOver = ({ orderId }: HandSaga, data: object = {}): OutgoingMessage => {
  const time = new Date().toISOString();
  return {
    topic: 'shipment.events',
    key: orderId,
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: `shipment.handed-over:${orderId}@2`,
      ce_source: 'shipping',
      ce_type: 'com.example.shipment.handed-over',
      ce_subject: orderId,
      ce_time: time,
    },
    value: JSON.stringify({
      orderId,
      revision: 2,
      merchantId: 'm-1',
      occurredAt: time,
      shipmentId: 's-1',
      trackingNumber: 't-1',
      ...data,
    }),
  };
};

describe('goods that are handed over', () => {
  let world: TestWorld;
  let shop: Shop;
  let topics: Topics;
  const messages: StoredMessage[] = [];
  beforeAll(async () => {
    world = await TestWorld.start({ apps: ['inventory'] });
    shop = new Shop(world);
    topics = new Topics(world);
    const followed = ['saga.inbox', 'inventory.events', 'shipment.events.dlq'];
    await topics.follow(followed, (message) => messages.push(message));
  }, 240_000);
  afterAll(async () => {
    await topics?.stop();
    await world?.stop();
  }, 240_000);

  const done = async (saga: HandSaga, command: HandCommand): Promise<void> => {
    await topics.send([commandMessage(saga, command)]);
    const isAnswered = () => repliesOf(messages, commandIdOf(saga, command)).length > 0;
    await waitFor(isAnswered, { what: `an answer to ${command.name}`, ...WITHIN });
  };
  const sold = async (productId: string, quantity: number): Promise<HandSaga> => {
    const saga = handSaga();
    const items = [{ productId, quantity }];
    await done(saga, { name: 'inventory.reserve-stock', step: 'reserve-stock', data: { items } });
    await done(saga, { name: 'inventory.secure-stock', step: 'secure-stock', data: {} });
    return saga;
  };
  const east = async (productId: string, onHand: number): Promise<void> => {
    const inventory = world.url('inventory');
    const warehouse = { name: 'East', priority: 1, active: true };
    await call(`${inventory}/warehouses/east`, { method: 'PUT', json: warehouse });
    const json = { onHand, warehouseId: 'east' };
    await call(`${inventory}/stock/${productId}`, { method: 'PUT', json });
  };
  const onHandFalls = (productId: string, onHand: number) =>
    waitFor(async () => (await shop.stock(productId)).onHand === onHand, {
      what: `${onHand} pieces of ${productId} on hand`,
      ...WITHIN,
    });

  it('leave the shelf once, from where they were put aside, however often it is said', async () => {
    const productId = await shop.product(5);
    await east(productId, 2);
    const saga = await sold(productId, 6);
    expect(await shop.stock(productId)).toMatchObject({ onHand: 7, reserved: 6, available: 1 });
    await topics.send([handedOver(saga), handedOver(saga)]);
    await onHandFalls(productId, 1);
    const later = await sold(productId, 1);
    await topics.send([handedOver(saga), handedOver(later)]);
    await onHandFalls(productId, 0);
    expect(await shop.stock(productId)).toMatchObject({ onHand: 0, reserved: 0, available: 0 });
    const issued = () =>
      messages
        .filter(({ headers }) => headers['ce_type'] === 'com.example.inventory.issued')
        .filter(({ key }) => key === productId)
        .map(({ value }) => JSON.parse(value ?? '') as Record<string, unknown>);
    await waitFor(() => issued().length >= 3, { what: 'three facts', ...WITHIN });
    expect(issued()).toMatchObject([
      { warehouseId: 'east', quantity: 2, orderId: saga.orderId },
      { warehouseId: 'main', quantity: 4, orderId: saga.orderId },
      { warehouseId: 'main', quantity: 1, orderId: later.orderId },
    ]);
  });

  it('are found beside a fact that nobody can read, which is put aside', async () => {
    const productId = await shop.product(5);
    const saga = await sold(productId, 2);
    const broken = handSaga();
    await topics.send([
      { ...handedOver(broken, { revision: 'x' }), key: saga.orderId },
      handedOver(handSaga()),
      handedOver(saga),
    ]);
    await onHandFalls(productId, 3);
    const isAside = () =>
      messages.some(
        ({ topic, value }) =>
          topic === 'shipment.events.dlq' && value?.includes(broken.orderId) === true,
      );
    await waitFor(isAside, { what: 'a dead letter', ...WITHIN });
  });
});
