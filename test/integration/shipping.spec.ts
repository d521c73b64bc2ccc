/** Promises attacked here: one parcel an order, whatever is repeated, lost or down. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Shipment } from '../../apps/shipping/src/domain/shipment.js';
import { waitFor } from '#testing';
import { Gate } from './participant-harness.js';
import { ShippingWorld, again, carrierWith, newOrder } from './shipping-world.js';

jest.setTimeout(240_000);

describe('shipping against the carrier', () => {
  let world: ShippingWorld;
  beforeAll(async () => {
    world = await ShippingWorld.start({ deliveredAfterMs: 20 });
  }, 240_000);
  afterEach(() => world.stopReplicas());
  afterAll(() => world.stop());

  it('books a parcel, says its number and publishes it', async () => {
    const shipping = await world.replica();
    const { orderId, ship } = newOrder();
    await shipping.deliver(ship);
    const { outcome, result } = await shipping.final(ship);
    const [parcel, ...others] = await world.books(orderId);
    expect(others).toEqual([]);
    expect(outcome).toBe('succeeded');
    expect(result).toMatchObject({ trackingNumber: parcel?.trackingNumber });
    expect(shipping.facts(orderId)).toContainEqual(['created', 2]);
  });

  it('has what is shipped fetched by itself, and follows it to the door', async () => {
    const shipping = await world.replica();
    const { orderId, ship } = newOrder();
    await shipping.deliver(ship);
    await shipping.untilStatus(orderId, 'delivered');
    expect(shipping.replies(ship)).toHaveLength(1);
    expect(shipping.facts(orderId)).toEqual([
      ['created', 2],
      ['handed-over', 3],
      ['delivered', 4],
    ]);
    expect(await world.books(orderId)).toMatchObject([{ status: 'delivered' }]);
  });

  it('refuses what is undeliverable', async () => {
    const shipping = await world.replica();
    const { orderId, ship } = newOrder('000-0000');
    await shipping.deliver(ship);
    expect(await shipping.final(ship)).toMatchObject({
      outcome: 'refused',
      result: { code: 'undeliverable' },
    });
    expect(await world.books(orderId)).toMatchObject([{ status: 'refused' }]);
    expect(shipping.facts(orderId)).toEqual([['refused', 2]]);
  });

  it('books one parcel for repeated commands, and answers them all', async () => {
    const shipping = await world.replica();
    const { orderId, ship } = newOrder();
    const other = again(ship);
    await shipping.deliver(ship, other, ship);
    const [first, second] = [await shipping.final(ship), await shipping.final(other)];
    await shipping.deliver(ship);
    expect(second.result).toEqual(first.result);
    expect(await world.books(orderId)).toHaveLength(1);
  });

  it('books one parcel when the carrier did it and its answer never came', async () => {
    const shipping = await world.replica({ timeoutMs: 150 });
    world.sandbox.mood.set({ mode: 'slow', delayMs: 400 });
    const { orderId, ship } = newOrder();
    await shipping.deliver(ship);
    await shipping.untilOutcome(ship, 'parked');
    world.sandbox.mood.set({ mode: 'ok' });
    expect(await shipping.final(ship)).toMatchObject({ outcome: 'succeeded' });
    await waitFor(async () => (await world.books(orderId)).length === 1, { what: 'one parcel' });
  });

  it('says that it takes longer while the carrier is down, and ships when it is back', async () => {
    const shipping = await world.replica();
    world.sandbox.mood.set({ mode: 'down' });
    const orders = Array.from({ length: 20 }, () => newOrder());
    await shipping.deliver(...orders.map(({ ship }) => ship));
    const answers = () => orders.flatMap(({ ship }) => shipping.replies(ship));
    await waitFor(() => answers().length > 0, { what: 'the first parked answer' });
    expect(answers().every(({ outcome }) => outcome === 'parked')).toBe(true);
    world.sandbox.mood.set({ mode: 'ok' });
    for (const { orderId, ship } of orders) {
      expect(await shipping.final(ship)).toMatchObject({ outcome: 'succeeded' });
      expect(await world.books(orderId)).toHaveLength(1);
    }
  });

  it('gives up what the carrier will never do', async () => {
    const shipping = await world.replica({ path: '/nowhere' });
    const { orderId, ship } = newOrder();
    await shipping.deliver(ship);
    expect(await shipping.final(ship)).toMatchObject({
      outcome: 'dead',
      reason: { code: 'carrier-rejected' },
    });
    expect(await world.books(orderId)).toEqual([]);
  });

  it('sends by the service that is the cheapest, where it shall', async () => {
    const shipping = await world.replica({ service: 'cheapest' });
    // digits that sum up to a multiple of five: there the couriers on bicycles are
    const [near, far] = [newOrder('150-0004'), newOrder('150-0001')];
    await shipping.booked(near);
    await shipping.booked(far);
    expect(await world.books(near.orderId)).toMatchObject([{ service: 'express' }]);
    expect(await world.books(far.orderId)).toMatchObject([{ service: 'standard' }]);
  });

  it('books one parcel when a process ends between the carrier and its own record', async () => {
    const reached = new Gate();
    const goOn = new Gate();
    const first = await world.replica({
      follows: false,
      around: (carrier) =>
        carrierWith(carrier, {
          book: async (shipment: Shipment, service) => {
            const answer = await carrier.book(shipment, service);
            reached.open();
            await goOn.passed;
            return answer;
          },
        }),
    });
    const { orderId, ship } = newOrder();
    await first.deliver(ship);
    await reached.passed;
    const second = await world.replica();
    await first.expireLeases();
    const answers = () => [...first.replies(ship), ...second.replies(ship)];
    await waitFor(() => answers().length > 0, { what: 'the answer of whoever took over' });
    goOn.open();
    await first.stop();
    expect(answers().map(({ outcome }) => outcome)).toEqual(['succeeded']);
    expect(await world.books(orderId)).toHaveLength(1);
  });
});
