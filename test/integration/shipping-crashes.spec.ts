/**
 * Promises attacked here: wherever a process ends between what the carrier did and what we wrote,
 * another one goes on: there is one parcel, and it is never handed over and called cancelled.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Carrier } from '../../apps/shipping/src/provider/carrier.js';
import { waitFor } from '#testing';
import { Gate } from './participant-harness.js';
import { ShippingWorld, carrierWith, newOrder } from './shipping-world.js';

jest.setTimeout(240_000);

type Call = 'book' | 'pickUp' | 'cancel';
type Place = `${'before' | 'after'} ${Call}`;

/** Stops a run at one place, the first time it comes there, until the test lets it go on. */
class Stall {
  readonly reached = new Gate();
  readonly goOn = new Gate();
  private done = false;

  constructor(private readonly place: Place) {}

  readonly around = (inner: Carrier): Carrier =>
    carrierWith(inner, {
      book: (shipment, service) => this.pass('book', () => inner.book(shipment, service)),
      pickUp: (shipmentId) => this.pass('pickUp', () => inner.pickUp(shipmentId)),
      cancel: (shipmentId) => this.pass('cancel', () => inner.cancel(shipmentId)),
    });

  private async pass<Result>(call: Call, work: () => Promise<Result>): Promise<Result> {
    await this.stop(`before ${call}`);
    const result = await work();
    await this.stop(`after ${call}`);
    return result;
  }

  private async stop(place: Place): Promise<void> {
    if (place !== this.place || this.done) return;
    this.done = true;
    this.reached.open();
    await this.goOn.passed;
  }
}

describe('a parcel whose process ends', () => {
  let world: ShippingWorld;
  let stall: Stall | undefined;
  beforeAll(async () => {
    world = await ShippingWorld.start({ deliveredAfterMs: 3_600_000 });
  }, 240_000);
  afterEach(async () => {
    stall?.goOn.open();
    await world.stopReplicas();
  });
  afterAll(() => world.stop());

  /** A replica that stalls at the place and leaves what it lost to others. */
  const stalling = async (place: Place) => {
    const one = (stall = new Stall(place));
    const options = { takesOver: false, follows: false, around: one.around };
    return { first: await world.replica(options), stalled: one };
  };
  const nobodyElse = { follows: false } as const;

  it.each<Place>(['before book', 'after book', 'before pickUp', 'after pickUp'])(
    '%s is shipped once by another, also when the first one wakes up again',
    async (place) => {
      const { first, stalled } = await stalling(place);
      const { orderId, ship } = newOrder();
      await first.deliver(ship);
      await stalled.reached.passed;
      const second = await world.replica(nobodyElse);
      await first.expireLeases();
      await second.untilStatus(orderId, 'handed-over');
      stalled.goOn.open();
      await first.stop(); // ends when its run has ended
      const answers = [first, second].flatMap((replica) => replica.outcomes(ship));
      expect(answers).toEqual(['succeeded']);
      const facts = [first, second].flatMap((replica) => replica.facts(orderId));
      expect(facts).toEqual([
        ['created', 2],
        ['handed-over', 3],
      ]);
      expect(await world.books(orderId)).toMatchObject([{ status: 'handed_over' }]);
    },
  );

  it.each<Place>(['before book', 'after book'])(
    '%s and is cancelled meanwhile leaves no parcel that is alive',
    async (place) => {
      const { first, stalled } = await stalling(place);
      const { orderId, book, cancel } = newOrder();
      await first.deliver(book);
      await stalled.reached.passed;
      const second = await world.replica(nobodyElse);
      await second.deliver(cancel);
      await first.expireLeases();
      expect(await second.final(cancel)).toMatchObject({ outcome: 'succeeded' });
      stalled.goOn.open();
      await first.stop();
      expect(await world.books(orderId)).toMatchObject([{ status: 'cancelled' }]);
      expect(await second.shipment(orderId)).toMatchObject({ status: 'cancelled' });
    },
  );

  it.each<[Place, string, string]>([
    ['before pickUp', 'cancelled', 'refused'],
    ['after pickUp', 'handed_over', 'succeeded'],
  ])('%s and is recalled meanwhile is %s, and said to be', async (place, status, outcome) => {
    const { first, stalled } = await stalling(place);
    const order = newOrder();
    await first.booked(order);
    await first.deliver(order.hand);
    await stalled.reached.passed;
    const second = await world.replica(nobodyElse);
    await second.deliver(order.recall);
    await first.expireLeases();
    expect(await second.final(order.hand)).toMatchObject({ outcome });
    stalled.goOn.open();
    await first.stop();
    expect(await world.books(order.orderId)).toMatchObject([{ status }]);
    expect(await second.shipment(order.orderId)).toMatchObject({
      status: status.replace('_', '-'),
    });
  });

  it.each<Place>(['before cancel', 'after cancel'])('%s is cancelled by another', async (place) => {
    const { first, stalled } = await stalling(place);
    const order = newOrder();
    await first.booked(order);
    await first.deliver(order.cancel);
    await stalled.reached.passed;
    const second = await world.replica(nobodyElse);
    await first.expireLeases();
    expect(await second.final(order.cancel)).toMatchObject({ outcome: 'succeeded' });
    stalled.goOn.open();
    await first.stop();
    expect(first.outcomes(order.cancel)).toEqual([]);
    expect(await world.books(order.orderId)).toMatchObject([{ status: 'cancelled' }]);
  });

  it('while it is booked by the same process and cancelled meanwhile is cancelled', async () => {
    const { first, stalled } = await stalling('after book');
    const { orderId, book, cancel } = newOrder();
    await first.deliver(book);
    await stalled.reached.passed;
    await first.deliver(cancel);
    expect(first.replies(cancel)).toEqual([]);
    stalled.goOn.open();
    expect(await first.final(cancel)).toMatchObject({ outcome: 'succeeded' });
    await waitFor(() => first.replies(book).length > 0, { what: 'an answer to the booking' });
    expect(await world.books(orderId)).toMatchObject([{ status: 'cancelled' }]);
    expect(first.facts(orderId).map(([kind]) => kind)).toEqual(['created', 'cancelled']);
  });
});
