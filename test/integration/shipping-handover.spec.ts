/**
 * Promises attacked here: a parcel is handed over or cancelled, never both, and the answer to its
 * hand-over says which; a recall stops what can be stopped and nothing else, whenever it comes.
 */
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import type { ReceivedEvent } from '#messaging';
import { waitFor } from '#testing';
import { ShippingWorld, again, newOrder } from './shipping-world.js';
import type { ShippingReplica } from './shipping-world.js';

jest.setTimeout(240_000);

const NEVER_MS = 3_600_000;
const NO_PICKUP = '000-9999';

let world: ShippingWorld;
let shipping: ShippingReplica;

/** Booked, and its hand-over is out, as the saga has it while it waits for the van. */
async function awaitingVan() {
  const order = newOrder();
  await shipping.booked(order);
  await shipping.deliver(order.hand);
  await shipping.untilOutcome(order.hand, 'pending');
  return order;
}

/** Each has been told once what became of it in the end. */
const endsOf = (...events: ReceivedEvent[]) =>
  events.map((event) => shipping.replies(event).filter(({ outcome }) => outcome !== 'pending'));

describe('a parcel that waits for its van', () => {
  beforeAll(async () => {
    world = await ShippingWorld.start({ pickupAfterMs: NEVER_MS, deliveredAfterMs: NEVER_MS });
  }, 240_000);
  beforeEach(async () => {
    shipping = await world.replica();
  });
  afterEach(() => world.stopReplicas());
  afterAll(() => world.stop());

  it('is booked, and nothing more', async () => {
    const order = newOrder();
    await shipping.booked(order);
    const [{ outcome, result } = { outcome: '' }] = shipping.replies(order.book);
    expect(outcome).toBe('succeeded');
    expect(Object.keys(result ?? {}).sort()).toEqual(['shipmentId', 'trackingNumber']);
    await shipping.idle();
    expect(await world.books(order.orderId)).toMatchObject([{ status: 'created' }]);
    expect(shipping.facts(order.orderId)).toEqual([['created', 2]]);
  });

  it('is pending until the van has come, and handed over then, at the time of the van', async () => {
    const { orderId, hand } = await awaitingVan();
    await shipping.idle();
    expect(await shipping.shipment(orderId)).toMatchObject({ status: 'created' });
    await world.van(orderId, 'collect');
    const { result } = await shipping.final(hand);
    const [parcel] = await world.books(orderId);
    expect(result).toEqual({
      trackingNumber: parcel?.trackingNumber,
      handedOverAt: (parcel as { handedOverAt?: string }).handedOverAt,
    });
    expect(shipping.outcomes(hand)).toEqual(['pending', 'succeeded']);
    await world.van(orderId, 'deliver');
    await shipping.untilStatus(orderId, 'delivered');
    expect(shipping.facts(orderId)).toEqual([
      ['created', 2],
      ['handed-over', 4],
      ['delivered', 5],
    ]);
  });

  it('that gets lost was handed over before', async () => {
    const { orderId, hand } = await awaitingVan();
    await world.van(orderId, 'lose');
    expect(await shipping.final(hand)).toMatchObject({ outcome: 'succeeded' });
    await shipping.untilStatus(orderId, 'lost');
    expect(shipping.facts(orderId).map(([kind]) => kind)).toEqual([
      ...['created', 'handed-over', 'lost'],
    ]);
  });

  it('that is asked for again waits with the first, and each is answered', async () => {
    const { orderId, hand } = await awaitingVan();
    const other = again(hand);
    await shipping.deliver(other, hand);
    await shipping.untilOutcome(other, 'pending');
    await world.van(orderId, 'collect');
    expect((await shipping.final(other)).result).toEqual((await shipping.final(hand)).result);
    const late = again(hand);
    await shipping.deliver(late);
    expect(shipping.outcomes(late)).toEqual(['succeeded']);
  });

  it('that is not fetched is refused, can be tried again, and can be cancelled', async () => {
    const order = newOrder(NO_PICKUP);
    const { orderId, hand, cancel } = order;
    await shipping.booked(order);
    await shipping.deliver(hand);
    const refused = { outcome: 'refused', result: { code: 'no_pickup' } };
    expect(await shipping.final(hand)).toMatchObject(refused);
    expect(await shipping.shipment(orderId)).toMatchObject({
      ...{ status: 'created', wanted: 'booked', problemCode: 'no_pickup' },
    });
    const other = again(hand);
    await shipping.deliver(other);
    expect(await shipping.final(other)).toMatchObject(refused);
    await shipping.deliver(cancel);
    expect(await shipping.final(cancel)).toMatchObject({ outcome: 'succeeded' });
    expect(await world.books(orderId)).toMatchObject([{ status: 'cancelled' }]);
  });

  it('of an order that nobody booked one for is refused, and cancelling it succeeds', async () => {
    const { hand, cancel, recall } = newOrder();
    await shipping.deliver(hand);
    expect(shipping.replies(hand)).toMatchObject([
      { outcome: 'refused', result: { code: 'not-booked' } },
    ]);
    const other = newOrder();
    await shipping.deliver(cancel, recall, other.recall);
    expect(endsOf(cancel, recall, other.recall).flat()).toMatchObject([
      ...[{ outcome: 'succeeded' }, { outcome: 'succeeded' }, { outcome: 'succeeded' }],
    ]);
  });

  describe('a recall', () => {
    it('that is quicker than the van wins: noted at once, told by the hand-over', async () => {
      const { orderId, hand, recall, cancel } = await awaitingVan();
      await shipping.deliver(recall);
      expect(shipping.outcomes(recall)).toEqual(['succeeded']);
      expect(await shipping.final(hand)).toMatchObject({
        outcome: 'refused',
        reason: { code: 'pickup-recalled' },
      });
      expect(await world.books(orderId)).toMatchObject([{ status: 'cancelled' }]);
      // as the saga goes on
      await shipping.deliver(cancel);
      expect(shipping.outcomes(cancel)).toEqual(['succeeded']);
      expect(shipping.facts(orderId).map(([kind]) => kind)).toEqual(['created', 'cancelled']);
    });

    it('that is slower than the van loses, and the parcel is handed over', async () => {
      await shipping.stop();
      shipping = await world.replica({ follows: false });
      const { orderId, hand, recall } = await awaitingVan();
      await world.van(orderId, 'collect');
      await shipping.deliver(recall);
      expect(await shipping.final(hand)).toMatchObject({ outcome: 'succeeded' });
      expect(shipping.outcomes(recall)).toEqual(['succeeded']);
      expect(await shipping.shipment(orderId)).toMatchObject({ status: 'handed-over' });
      expect(await world.books(orderId)).toMatchObject([{ status: 'handed_over' }]);
    });

    it('that overtakes its hand-over has it refused, and the parcel stays booked', async () => {
      const order = newOrder();
      await shipping.booked(order);
      await shipping.deliver(order.recall);
      await shipping.deliver(order.hand);
      expect(shipping.replies(order.hand)).toMatchObject([
        { outcome: 'refused', reason: { code: 'undone' } },
      ]);
      await shipping.idle();
      expect(await world.books(order.orderId)).toMatchObject([{ status: 'created' }]);
      await shipping.deliver(order.cancel);
      expect(await shipping.final(order.cancel)).toMatchObject({ outcome: 'succeeded' });
    });

    it('in the same batch as its hand-over keeps the van from being called at all', async () => {
      const order = newOrder();
      await shipping.booked(order);
      await shipping.deliver(order.hand, order.recall);
      expect(await shipping.final(order.hand)).toMatchObject({
        reason: { code: 'pickup-recalled' },
      });
      expect(await world.books(order.orderId)).toMatchObject([{ status: 'cancelled' }]);
    });

    it('that comes after the answer, or twice, changes nothing', async () => {
      const { orderId, hand, recall } = await awaitingVan();
      await world.van(orderId, 'collect');
      await shipping.final(hand);
      await shipping.deliver(recall, recall, again(recall));
      await shipping.deliver(again(recall));
      await shipping.idle();
      expect(await shipping.shipment(orderId)).toMatchObject({
        ...{ status: 'handed-over', wanted: 'handed-over' },
      });
      expect(shipping.outcomes(hand)).toEqual(['pending', 'succeeded']);
      const twice = await awaitingVan();
      await shipping.deliver(twice.recall, again(twice.recall));
      await shipping.final(twice.hand);
      await shipping.deliver(again(twice.recall));
      expect(shipping.outcomes(twice.hand)).toEqual(['pending', 'refused']);
    });

    it('does not stop a parcel that was shipped without a hand-over', async () => {
      const { orderId, ship, recall } = newOrder();
      await shipping.deliver(ship);
      await shipping.final(ship);
      await world.untilBooks(orderId, 'pickup_requested');
      await shipping.deliver(recall);
      await shipping.idle();
      expect(await world.books(orderId)).toMatchObject([{ status: 'pickup_requested' }]);
    });

    it('outlasts a carrier that is down', async () => {
      const { orderId, hand, recall } = await awaitingVan();
      world.sandbox.mood.set({ mode: 'down' });
      await shipping.deliver(recall);
      const failing = async () => {
        const rows = await shipping.replica.database.query(
          'select 1 from effect_task where subject = $1 and last_error is not null',
          [orderId],
        );
        return rows.length > 0;
      };
      await waitFor(failing, { what: 'a try that failed' });
      expect(shipping.outcomes(hand)).not.toContain('refused');
      world.sandbox.mood.set({ mode: 'ok' });
      expect(await shipping.final(hand)).toMatchObject({ reason: { code: 'pickup-recalled' } });
    });
  });

  describe('a cancellation', () => {
    it('of a booked parcel voids it, once', async () => {
      const order = newOrder();
      await shipping.booked(order);
      const other = again(order.cancel);
      await shipping.deliver(order.cancel, other);
      await shipping.final(order.cancel);
      expect(await shipping.final(other)).toMatchObject({ outcome: 'succeeded' });
      expect(await world.books(order.orderId)).toMatchObject([{ status: 'cancelled' }]);
      expect(shipping.facts(order.orderId)).toMatchObject([
        ...[
          ['created', 2],
          ['cancelled', expect.any(Number)],
        ],
      ]);
    });

    it('in the same batch as its booking is over at once, and the carrier is not asked', async () => {
      const { orderId, book, cancel } = newOrder();
      await shipping.deliver(book, cancel);
      expect(shipping.replies(cancel)).toMatchObject([{ outcome: 'succeeded' }]);
      expect(shipping.replies(book)).toMatchObject([
        { outcome: 'refused', result: { code: 'cancelled' } },
      ]);
      await shipping.idle();
      expect(await world.books(orderId)).toEqual([]);
    });

    it('of a booking that nobody knows about leaves none that is alive', async () => {
      world.sandbox.mood.set({ mode: 'down' });
      const { orderId, book, cancel } = newOrder();
      await shipping.deliver(book);
      await shipping.untilOutcome(book, 'pending');
      await shipping.deliver(cancel);
      world.sandbox.mood.set({ mode: 'ok' });
      expect(await shipping.final(cancel)).toMatchObject({ outcome: 'succeeded' });
      expect(await shipping.final(book)).toBeDefined();
      expect(await world.books(orderId)).toMatchObject([{ status: 'cancelled' }]);
      await shipping.deliver(again(book));
      await shipping.idle();
      expect(await world.books(orderId)).toMatchObject([{ status: 'cancelled' }]);
    });

    it('of what the carrier refused or did not understand has nothing to undo', async () => {
      const refused = newOrder('000-0000');
      await shipping.booked(refused);
      await shipping.deliver(refused.cancel);
      expect(shipping.outcomes(refused.cancel)).toEqual(['succeeded']);
      const misled = await world.replica({ path: '/nowhere', takesOver: false });
      await shipping.stop();
      const failed = newOrder();
      await misled.deliver(failed.book);
      expect(await misled.final(failed.book)).toMatchObject({ outcome: 'dead' });
      await misled.deliver(failed.cancel);
      expect(misled.outcomes(failed.cancel)).toEqual(['succeeded']);
    });

    it('of a parcel that is on its way is for a person to look at', async () => {
      const { orderId, cancel } = await awaitingVan();
      await world.van(orderId, 'collect');
      await shipping.untilStatus(orderId, 'handed-over');
      await shipping.deliver(cancel);
      const tooLate = { outcome: 'parked', reason: { code: 'already-handed-over' } };
      expect(shipping.replies(cancel)).toMatchObject([tooLate]);
      // also when it is the carrier who says so first
      await shipping.stop();
      shipping = await world.replica({ follows: false });
      const other = newOrder();
      await shipping.booked(other);
      await world.van(other.orderId, 'collect');
      await shipping.deliver(other.cancel);
      await shipping.untilOutcome(other.cancel, 'parked');
      expect(await shipping.shipment(other.orderId)).toMatchObject({ status: 'handed-over' });
    });

    it('by the carrier itself refuses the hand-over', async () => {
      const { orderId, hand } = await awaitingVan();
      const [parcel] = await world.books(orderId);
      const url = `${world.sandbox.url}/v1/shipments/${parcel?.shipmentId}/cancel`;
      await fetch(url, { method: 'POST', headers: { authorization: 'Bearer desk' } });
      expect(await shipping.final(hand)).toMatchObject({
        outcome: 'refused',
        result: { code: 'cancelled' },
      });
      expect(shipping.facts(orderId).map(([kind]) => kind)).toEqual(['created', 'cancelled']);
    });
  });

  it('that the carrier does not understand is told to a person, and can still be called off', async () => {
    const order = newOrder();
    await shipping.booked(order);
    await shipping.stop();
    shipping = await world.replica({ path: '/nowhere', follows: false });
    await shipping.deliver(order.hand);
    const rejected = { outcome: 'dead', reason: { code: 'carrier-rejected' } };
    expect(await shipping.final(order.hand)).toMatchObject(rejected);
    await shipping.stop();
    shipping = await world.replica({ follows: false });
    await shipping.deliver(order.recall);
    const recalled = () => shipping.outcomes(order.hand).includes('refused');
    await waitFor(recalled, { what: 'the hand-over to be refused after all' });
    expect(await world.books(order.orderId)).toMatchObject([{ status: 'cancelled' }]);
  });

  it('that the carrier does not understand tells its saga when the van has come after all', async () => {
    const order = newOrder();
    await shipping.booked(order);
    await shipping.stop();
    shipping = await world.replica({ path: '/nowhere', follows: false });
    await shipping.deliver(order.hand);
    expect(await shipping.final(order.hand)).toMatchObject({ outcome: 'dead' });
    await shipping.stop();
    shipping = await world.replica();
    const [parcel] = await world.books(order.orderId);
    const street = `${world.sandbox.url}/sandbox/shipments/${parcel?.shipmentId}/collect`;
    expect((await fetch(street, { method: 'POST' })).status).toBe(200);
    const told = () => shipping.outcomes(order.hand).includes('succeeded');
    await waitFor(told, { what: 'the hand-over to be answered after all' });
  });

  it('that is to be cancelled, and the carrier does not understand, is told to a person', async () => {
    const order = newOrder();
    await shipping.booked(order);
    await shipping.stop();
    shipping = await world.replica({ path: '/nowhere', follows: false });
    await shipping.deliver(order.cancel);
    expect(await shipping.final(order.cancel)).toMatchObject({
      outcome: 'dead',
      reason: { code: 'carrier-rejected' },
    });
    expect(await world.books(order.orderId)).toMatchObject([{ status: 'created' }]);
  });
});
