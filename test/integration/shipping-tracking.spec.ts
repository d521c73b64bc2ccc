/**
 * Promises attacked here: what the carrier tells of parcels is applied once, whoever reads it, however
 * often, in whatever order and after whatever pause; and what makes no sense holds up nothing.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { TrackingEvent } from '../../apps/shipping/src/domain/track.js';
import type { Carrier, TrackingPage } from '../../apps/shipping/src/provider/carrier.js';
import { waitFor } from '#testing';
import { Gate, Meeting } from './participant-harness.js';
import { ShippingReplica, ShippingWorld, carrierWith, newOrder } from './shipping-world.js';

jest.setTimeout(240_000);

const NEVER_MS = 3_600_000;

let world: ShippingWorld;
beforeAll(async () => {
  world = await ShippingWorld.start({ pickupAfterMs: NEVER_MS, deliveredAfterMs: NEVER_MS });
}, 240_000);
afterEach(() => world.stopReplicas());
afterAll(() => world.stop());

const withTracking = (tracking: (inner: Carrier, afterSeq: number) => Promise<TrackingPage>) => ({
  around: (inner: Carrier) =>
    carrierWith(inner, { tracking: (afterSeq) => tracking(inner, afterSeq) }),
});

/** Whose hand-over is out. */
async function awaitingVan(shipping: ShippingReplica) {
  const order = newOrder();
  await shipping.booked(order);
  await shipping.deliver(order.hand);
  await shipping.untilOutcome(order.hand, 'pending');
  return order;
}

const cursor = async (shipping: ShippingReplica): Promise<number> => {
  const [row] = await shipping.replica.database.query<{ seq: string }>(
    'select seq from tracking_cursor',
  );
  return Number(row?.seq);
};
const kindsOf = (shipping: ShippingReplica, orderId: string) =>
  shipping.facts(orderId).map(([kind]) => kind);
const ALL_THE_WAY = ['created', 'handed-over', 'delivered'];

describe('the feed', () => {
  it('that tells everything twice changes everything once', async () => {
    const twice = async (inner: Carrier, afterSeq: number): Promise<TrackingPage> => {
      const page = await inner.tracking(Math.max(0, afterSeq - 60_000_000), 500);
      return { ...page, events: [...page.events, ...page.events] };
    };
    const shipping = await world.replica(withTracking(twice));
    const { orderId, hand } = await awaitingVan(shipping);
    await world.van(orderId, 'collect');
    await shipping.final(hand);
    await world.van(orderId, 'deliver');
    await shipping.untilStatus(orderId, 'delivered');
    const read = await cursor(shipping);
    const { orderId: other, hand: last } = await awaitingVan(shipping);
    await world.van(other, 'collect');
    await shipping.final(last);
    expect(await cursor(shipping)).toBeGreaterThan(read);
    expect(shipping.facts(orderId)).toEqual([
      ['created', 2],
      ['handed-over', 4],
      ['delivered', 5],
    ]);
    expect(shipping.outcomes(hand)).toEqual(['pending', 'succeeded']);
  });

  it.each<[string, (events: readonly TrackingEvent[]) => readonly TrackingEvent[]]>([
    ['in one page', (events) => events.toReversed()],
    ['without the van', (events) => events.filter(({ kind }) => kind !== 'picked_up')],
  ])('that tells of the door before the van %s brings both facts, in order', async (_, shuffle) => {
    const backwards = async (inner: Carrier, afterSeq: number): Promise<TrackingPage> => {
      const page = await inner.tracking(afterSeq, 500);
      return { ...page, events: shuffle(page.events) };
    };
    const quiet = await world.replica({ follows: false });
    const { orderId, hand } = await awaitingVan(quiet);
    await world.van(orderId, 'deliver');
    const shipping = await world.replica(withTracking(backwards));
    await shipping.untilStatus(orderId, 'delivered');
    expect([...kindsOf(quiet, orderId), ...kindsOf(shipping, orderId)]).toEqual(ALL_THE_WAY);
    expect(shipping.outcomes(hand)).toEqual(['succeeded']);
  });

  it('may tell of a parcel whose booking is not recorded yet', async () => {
    const goOn = new Gate();
    const shipping = await world.replica({
      around: (inner) =>
        carrierWith(inner, {
          book: async (shipment, service) => {
            const answer = await inner.book(shipment, service);
            await goOn.passed;
            return answer;
          },
        }),
    });
    const { orderId, book } = newOrder();
    await shipping.deliver(book);
    await world.untilBooks(orderId, 'created');
    await world.van(orderId, 'deliver');
    await shipping.untilStatus(orderId, 'delivered');
    goOn.open();
    await shipping.idle();
    expect(shipping.outcomes(book)).toEqual(['succeeded']);
    expect(kindsOf(shipping, orderId)).toEqual(ALL_THE_WAY);
  });

  it('may tell of what is not ours, cannot be, or nobody understands, and goes on behind it', async () => {
    const seen: string[] = [];
    const strange = async (inner: Carrier, afterSeq: number): Promise<TrackingPage> => {
      const page = await inner.tracking(afterSeq, 500);
      const [event] = page.events;
      if (!event) return page;
      seen.push(event.kind);
      const others: TrackingEvent[] = [
        { ...event, reference: 'somebody-elses' },
        { ...event, reference: '0195e7a0-0000-7000-8000-00000000dead' },
        { ...event, shipmentId: 'shp_other' },
      ];
      return { ...page, events: [...others, ...page.events], unreadable: 1 };
    };
    const shipping = await world.replica(withTracking(strange));
    const { orderId, hand } = await awaitingVan(shipping);
    await world.van(orderId, 'collect');
    expect(await shipping.final(hand)).toMatchObject({ outcome: 'succeeded' });
    expect(seen.length).toBeGreaterThan(0);
  });

  it('that is away for a while is caught up with', async () => {
    const shipping = await world.replica();
    const orders = [await awaitingVan(shipping), await awaitingVan(shipping)];
    const before = await cursor(shipping);
    world.sandbox.mood.set({ mode: 'down' });
    for (const { orderId } of orders) await world.van(orderId, 'deliver');
    const failing = async () => {
      const rows = await shipping.replica.database.query(
        "select 1 from effect_task where worker = 'tracking' and attempts > 2",
      );
      return rows.length > 0;
    };
    await waitFor(failing, { what: 'tries that failed' });
    expect(await cursor(shipping)).toBe(before);
    world.sandbox.mood.set({ mode: 'ok' });
    for (const { orderId } of orders) await shipping.untilStatus(orderId, 'delivered');
    const calm = async () => {
      const rows = await shipping.replica.database.query(
        "select 1 from effect_task where worker = 'tracking' and attempts <= 1",
      );
      return rows.length > 0;
    };
    await waitFor(calm, { what: 'the failures to be forgotten' });
  });

  it('is read on from where the reader before ended', async () => {
    const first = await world.replica();
    const one = await awaitingVan(first);
    await world.van(one.orderId, 'collect');
    await first.final(one.hand);
    const two = await awaitingVan(first);
    await first.stop();
    const read = await cursor(first);
    await world.van(two.orderId, 'collect');
    const asked: number[] = [];
    const second = await world.replica(
      withTracking((inner, afterSeq) => {
        asked.push(afterSeq);
        return inner.tracking(afterSeq, 500);
      }),
    );
    expect(await second.final(two.hand)).toMatchObject({ outcome: 'succeeded' });
    expect(asked[0]).toBe(read);
    expect(second.facts(one.orderId)).toEqual([]);
  });

  it('is applied once by two that read the same page at the same time', async () => {
    const quiet = await world.replica({ follows: false });
    const orders = [await awaitingVan(quiet), await awaitingVan(quiet)];
    for (const { orderId } of orders) await world.van(orderId, 'collect');
    const meeting = new Meeting(2);
    const together = withTracking(async (inner, afterSeq) => {
      const page = await inner.tracking(afterSeq, 500);
      if (page.seq !== undefined) await meeting.arrive();
      return page;
    });
    const left = await world.replica(together);
    const right = await world.replica(together);
    // As when the one who holds the lease is taken for dead.
    const expire = () =>
      quiet.replica.database.query(
        `update effect_task set due_at = clock_timestamp()
          where worker = 'tracking' and lease_token is not null and due_at > clock_timestamp()`,
      );
    await waitFor(
      async () => {
        await expire();
        return (await quiet.shipment(orders[1]?.orderId ?? ''))?.status === 'handed-over';
      },
      { what: 'the pages to be applied', intervalMs: 20 },
    );
    await world.stopReplicas();
    for (const { orderId, hand } of orders) {
      const answers = [quiet, left, right].flatMap((replica) => replica.outcomes(hand));
      expect(answers).toEqual(['pending', 'succeeded']);
      const facts = [quiet, left, right].flatMap((replica) => kindsOf(replica, orderId));
      expect(facts).toEqual(['created', 'handed-over']);
    }
  });

  it('is read by one of several replicas at a time', async () => {
    let reading = 0;
    let most = 0;
    const counting = withTracking(async (inner, afterSeq) => {
      reading += 1;
      most = Math.max(most, reading);
      const page = await inner.tracking(afterSeq, 500);
      reading -= 1;
      return page;
    });
    const replicas = [await world.replica(counting), await world.replica(counting)];
    const [first] = replicas as [ShippingReplica, ShippingReplica];
    const orders = await Promise.all(replicas.map((replica) => awaitingVan(replica)));
    for (const { orderId } of orders) await world.van(orderId, 'deliver');
    for (const { orderId } of orders) await first.untilStatus(orderId, 'delivered');
    expect(most).toBe(1);
  });

  it('is read at once by whoever is woken, also when the next look is far away', async () => {
    const patient = await world.replica({ trackingPollMs: NEVER_MS });
    const { orderId, hand } = await awaitingVan(patient);
    const asleep = async () => {
      const rows = await patient.replica.database.query(
        `select 1 from effect_task
          where worker = 'tracking' and lease_token is null and due_at > now() + interval '1 hour' / 2`,
      );
      return rows.length > 0;
    };
    await waitFor(asleep, { what: 'the reader to sleep', intervalMs: 5 });
    await world.van(orderId, 'collect');
    const other = await world.replica({ trackingPollMs: NEVER_MS });
    await Promise.all(Array.from({ length: 50 }, () => other.tracking.wake()));
    await patient.untilStatus(orderId, 'handed-over');
    // What is published follows the commit.
    const answers = () => [patient, other].flatMap((replica) => replica.outcomes(hand));
    await waitFor(() => answers().length > 1, { what: 'the answer', intervalMs: 5 });
    expect(answers()).toEqual(['pending', 'succeeded']);
    // A reader that sleeps for long is none for the tests behind this one.
    await world.stopReplicas();
    await patient.replica.database.query(
      `update effect_task set due_at = clock_timestamp() where worker = 'tracking'`,
    );
  });

  it('costs as many statements for 300 parcels as for one', async () => {
    const quiet = await world.replica({ follows: false });
    const orders = Array.from({ length: 300 }, () => newOrder());
    await quiet.deliver(...orders.map(({ book }) => book));
    await Promise.all(orders.map(({ book }) => quiet.final(book)));
    await quiet.deliver(...orders.map(({ hand }) => hand));
    await Promise.all(orders.map(({ hand }) => quiet.untilOutcome(hand, 'pending')));
    const shipments = await Promise.all(orders.map(({ orderId }) => quiet.shipment(orderId)));
    for (const shipment of shipments) {
      const url = `${world.sandbox.url}/sandbox/shipments/${shipment?.shipmentId}/collect`;
      expect((await fetch(url, { method: 'POST' })).status).toBe(200);
    }
    const shipping = await world.replica();
    await Promise.all(orders.map(({ hand }) => shipping.final(hand)));
    const statements = shipping.replica.statements
      .filter((sql) => !sql.includes('effect_task'))
      .map((sql) => sql.trim().split(/\s+/).slice(0, 2).join(' '));
    expect(statements).toEqual([
      ...['select seq::float8', 'select order_id', 'update shipment', 'update barrier'],
      'update tracking_cursor',
    ]);
  });
});

describe('a carrier that answers nonsense', () => {
  let server: Server;
  let body: string;
  beforeAll(async () => {
    body = '{}';
    server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is asked again later, and one odd event does not hold up the others', async () => {
    const quiet = await world.replica({ follows: false });
    const order = newOrder();
    await quiet.booked(order);
    await quiet.deliver(order.hand);
    await quiet.untilOutcome(order.hand, 'pending');
    const { orderId } = order;
    const parcel = await quiet.shipment(orderId);
    const { port } = server.address() as AddressInfo;
    const shipping = await ShippingReplica.start(world.database, `http://127.0.0.1:${port}`);
    try {
      const failing = async () => {
        const rows = await quiet.replica.database.query(
          "select 1 from effect_task where worker = 'tracking' and last_error like '%bad-answer%'",
        );
        return rows.length > 0;
      };
      await waitFor(failing, { what: 'a page that nobody understands' });
      const { shipmentId, trackingNumber } = parcel ?? {};
      const seq = (await cursor(quiet)) + 1;
      const good = { shipmentId, trackingNumber, reference: orderId, at: new Date().toISOString() };
      body = JSON.stringify({
        items: [
          { seq, kind: 'teleported', odd: true },
          { ...good, seq: seq + 1, kind: 'picked_up', trackingNumber: 'a\u0000' },
          { ...good, seq: seq + 2, kind: 'picked_up', at: 'yesterday' },
          { ...good, seq: seq + 3, kind: 'picked_up' },
        ],
      });
      expect(await shipping.final(order.hand)).toMatchObject({ outcome: 'succeeded' });
      expect(await cursor(shipping)).toBe(seq + 3);
    } finally {
      await shipping.stop();
    }
  });
});
