/**
 * Promises attacked here: where the van stands at the door, a parcel is handed over or cancelled in one
 * call, once, also when nobody hears the carrier's answer.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ShippingWorld, carrierWith, newOrder } from './shipping-world.js';
import type { ShippingReplica } from './shipping-world.js';

jest.setTimeout(240_000);

const NEVER_MS = 3_600_000;

let world: ShippingWorld;
let shipping: ShippingReplica;

describe('a parcel whose van stands at the door', () => {
  beforeAll(async () => {
    world = await ShippingWorld.start({ deliveredAfterMs: NEVER_MS });
  }, 240_000);
  afterEach(() => world.stopReplicas());
  afterAll(() => world.stop());

  it('is handed over at once, in one answer', async () => {
    shipping = await world.replica();
    const order = newOrder();
    await shipping.booked(order);
    await shipping.deliver(order.hand);
    expect(await shipping.final(order.hand)).toMatchObject({ outcome: 'succeeded' });
    expect(shipping.outcomes(order.hand)).toEqual(['succeeded']);
    // the feed says the same a moment later
    expect(shipping.facts(order.orderId)).toEqual([
      ['created', 2],
      ['handed-over', 4],
    ]);
  });

  it.each(['recall', 'cancel'] as const)(
    'and whose pickup is under way when a %s comes is handed over, and said to be',
    async (what) => {
      const order = newOrder();
      let calls = 0;
      shipping = await world.replica({
        follows: false,
        around: (carrier) =>
          carrierWith(carrier, {
            pickUp: async (shipmentId) => {
              calls += 1;
              const answer = await carrier.pickUp(shipmentId);
              await shipping.deliver(order[what]);
              return answer;
            },
          }),
      });
      await shipping.booked(order);
      await shipping.deliver(order.hand);
      expect(await shipping.final(order.hand)).toMatchObject({ outcome: 'succeeded' });
      await shipping.untilOutcome(order[what], what === 'recall' ? 'succeeded' : 'parked');
      await shipping.idle();
      expect(calls).toBe(1);
      expect(await world.books(order.orderId)).toMatchObject([{ status: 'handed_over' }]);
    },
  );

  it('is fetched once when the answer to the pickup is lost, and said to be handed over', async () => {
    shipping = await world.replica({ timeoutMs: 150, follows: false });
    const order = newOrder();
    await shipping.booked(order);
    world.sandbox.mood.set({ mode: 'slow', delayMs: 400 });
    await shipping.deliver(order.hand);
    await shipping.untilOutcome(order.hand, 'pending');
    await world.untilBooks(order.orderId, 'handed_over');
    await shipping.deliver(order.recall);
    world.sandbox.mood.set({ mode: 'ok' });
    expect(await shipping.final(order.hand)).toMatchObject({ outcome: 'succeeded' });
    expect(await world.books(order.orderId)).toMatchObject([{ status: 'handed_over' }]);
  });

  it('is cancelled once when the answer to the cancel is lost, and never fetched after it', async () => {
    shipping = await world.replica({ timeoutMs: 150, follows: false });
    const order = newOrder();
    await shipping.booked(order);
    world.sandbox.mood.set({ mode: 'slow', delayMs: 400 });
    await shipping.deliver(order.cancel);
    await shipping.untilOutcome(order.cancel, 'parked');
    await world.untilBooks(order.orderId, 'cancelled');
    world.sandbox.mood.set({ mode: 'ok' });
    expect(await shipping.final(order.cancel)).toMatchObject({ outcome: 'succeeded' });
    await shipping.deliver(order.hand);
    expect(shipping.replies(order.hand)).toMatchObject([{ outcome: 'refused' }]);
    expect(await world.books(order.orderId)).toMatchObject([{ status: 'cancelled' }]);
  });
});
