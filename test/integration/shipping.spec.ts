/** Promises attacked here: one parcel an order, whatever is repeated, lost or down. */
import { randomUUID } from 'node:crypto';
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
import { ShippingHandler } from '../../apps/shipping/src/handlers/shipping.handler.js';
import { ShippingWorkers } from '../../apps/shipping/src/handlers/shipping.workers.js';
import type { Shipment } from '../../apps/shipping/src/domain/shipment.js';
import type { Carrier } from '../../apps/shipping/src/provider/carrier.js';
import { HttpCarrier } from '../../apps/shipping/src/provider/http-carrier.js';
import { shippingSettings } from '../../apps/shipping/src/settings.js';
import { createSandboxCarrier } from '../../apps/sandbox-carrier/src/sandbox-carrier.js';
import { shipOrder, type SagaReply } from '#contracts';
import { migrations } from '#migrations/shipping';
import type { ReceivedEvent } from '#messaging';
import { Answers, createParticipant } from '#participant';
import { OutboundHttp, settings } from '#platform';
import { testPostgres, waitFor, type PostgresServer } from '#testing';
import {
  Gate,
  ParticipantDatabase,
  command,
  deliver,
  silent,
  type Replica,
} from './participant-harness.js';

jest.setTimeout(240_000);

const newOrder = (postalCode = '150-0001') => {
  const orderId = randomUUID();
  const data = {
    orderId,
    merchantId: 'm-1',
    items: [{ productId: 'p-1', quantity: 2 }],
    shippingAddress: { prefecture: 'Tokyo', city: 'Shibuya', line1: '1-1', postalCode },
  };
  return { orderId, ship: command({ name: shipOrder.name, key: orderId, data }) };
};

interface ServiceOptions {
  readonly path?: string;
  readonly around?: (carrier: Carrier) => Carrier;
}

class ShippingService {
  private constructor(
    readonly replica: Replica,
    private readonly workers: ShippingWorkers,
    private readonly inbox: ReturnType<typeof createParticipant>['inbox'],
    private readonly http: OutboundHttp,
  ) {}

  static async start(
    database: ParticipantDatabase,
    url: string,
    { path = '', around = (carrier) => carrier }: ServiceOptions = {},
  ): Promise<ShippingService> {
    const config = settings(shippingSettings, {
      PORT: '0',
      DATABASE_URL: 'postgres://nobody:none@127.0.0.1:1/none',
      KAFKA_BROKERS: '127.0.0.1:1',
      CARRIER_URL: url,
      CARRIER_KEY: 'key',
      OUTBOUND_TIMEOUT_MS: '150',
      OUTBOUND_BACKOFF_MS: '20',
      OUTBOUND_BACKOFF_MAX_MS: '200',
    });
    const replica = await database.replica();
    const http = new OutboundHttp({
      target: 'carrier',
      baseUrl: config.CARRIER_URL + path,
      headers: { authorization: 'Bearer key' },
      timeoutMs: config.OUTBOUND_TIMEOUT_MS,
      halfOpenAfterMs: 100,
    });
    const workers = new ShippingWorkers({
      database: replica.database,
      outbox: replica.outbox,
      answers: new Answers('shipping'),
      carrier: around(new HttpCarrier(http)),
      settings: config,
      log: silent,
    });
    const { inbox } = createParticipant({
      participant: 'shipping',
      handlers: [new ShippingHandler(workers)],
      outbox: replica.outbox,
      parking: { attempts: 4, backoffMs: 10 },
      log: silent,
    });
    workers.start();
    return new ShippingService(replica, workers, inbox, http);
  }

  deliver(...events: ReceivedEvent[]): Promise<number> {
    return deliver(this.replica, this.inbox, events);
  }

  replies(event: ReceivedEvent): SagaReply[] {
    return this.replica.published
      .filter(({ topic, causationid }) => topic === 'saga.inbox' && causationid === event.id)
      .map(({ data }) => data as SagaReply);
  }

  final(event: ReceivedEvent): Promise<SagaReply> {
    return waitFor(() => this.replies(event).find(({ outcome }) => outcome !== 'parked'), {
      what: `the final answer to ${event.id}`,
      intervalMs: 5,
    });
  }

  async stop(): Promise<void> {
    await this.workers.stop();
    await this.http.close();
  }
}

describe('shipping against the carrier', () => {
  let server: PostgresServer;
  let database: ParticipantDatabase;
  let sandbox: Awaited<ReturnType<typeof createSandboxCarrier>>;
  const services: ShippingService[] = [];
  const start = async (options?: ServiceOptions): Promise<ShippingService> => {
    const service = await ShippingService.start(database, sandbox.url, options);
    services.push(service);
    return service;
  };
  beforeAll(async () => {
    server = await testPostgres();
    database = await ParticipantDatabase.create(server, async (runner) => {
      for (const Migration of migrations) await new Migration().up(runner);
    });
    // Keys are forgotten at once: what protects must not be the carrier's memory of them.
    sandbox = await createSandboxCarrier({ keyLifetimeMs: 1 });
  }, 240_000);
  beforeEach(() => sandbox.mood.set({ mode: 'ok' }));
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
  });
  afterAll(async () => {
    await sandbox.stop();
    await database.close();
    await server.stop();
  });

  const books = async (orderId: string): Promise<{ status: string; trackingNumber?: string }[]> => {
    const answer = await fetch(`${sandbox.url}/books?limit=1000`);
    const { items } = (await answer.json()) as { items: { reference: string; status: string }[] };
    return items.filter(({ reference }) => reference === orderId);
  };

  it('books a parcel, says its number and publishes it', async () => {
    const shipping = await start();
    const { orderId, ship } = newOrder();
    await shipping.deliver(ship);
    const { outcome, result } = await shipping.final(ship);
    const [parcel, ...others] = await books(orderId);
    expect(others).toEqual([]);
    expect(outcome).toBe('succeeded');
    expect(result).toMatchObject({ trackingNumber: parcel?.trackingNumber });
    expect(shipping.replica.published.map(({ type }) => type)).toContain(
      'com.example.shipment.created',
    );
  });

  it('refuses what is undeliverable', async () => {
    const shipping = await start();
    const { orderId, ship } = newOrder('000-0000');
    await shipping.deliver(ship);
    expect(await shipping.final(ship)).toMatchObject({
      outcome: 'refused',
      result: { code: 'undeliverable' },
    });
    expect(await books(orderId)).toMatchObject([{ status: 'refused' }]);
    expect(shipping.replica.published.map(({ type }) => type)).toContain(
      'com.example.shipment.refused',
    );
  });

  it('books one parcel for repeated commands, and answers them all', async () => {
    const shipping = await start();
    const { orderId, ship } = newOrder();
    const other = { ...ship, id: `${ship.id}-again` };
    await shipping.deliver(ship, other, ship);
    const [first, second] = [await shipping.final(ship), await shipping.final(other)];
    await shipping.deliver(ship);
    expect(second.result).toEqual(first.result);
    expect(await books(orderId)).toHaveLength(1);
  });

  it('books one parcel when the carrier did it and its answer never came', async () => {
    const shipping = await start();
    sandbox.mood.set({ mode: 'slow', delayMs: 400 });
    const { orderId, ship } = newOrder();
    await shipping.deliver(ship);
    await waitFor(() => shipping.replies(ship)[0]?.outcome === 'parked', { what: 'parked' });
    sandbox.mood.set({ mode: 'ok' });
    expect(await shipping.final(ship)).toMatchObject({ outcome: 'succeeded' });
    await waitFor(async () => (await books(orderId)).length === 1, { what: 'one parcel' });
  });

  it('says that it takes longer while the carrier is down, and ships when it is back', async () => {
    const shipping = await start();
    sandbox.mood.set({ mode: 'down' });
    const orders = Array.from({ length: 20 }, () => newOrder());
    await shipping.deliver(...orders.map(({ ship }) => ship));
    const answers = () => orders.flatMap(({ ship }) => shipping.replies(ship));
    await waitFor(() => answers().length > 0, { what: 'the first parked answer' });
    expect(answers().every(({ outcome }) => outcome === 'parked')).toBe(true);
    sandbox.mood.set({ mode: 'ok' });
    for (const { orderId, ship } of orders) {
      expect(await shipping.final(ship)).toMatchObject({ outcome: 'succeeded' });
      expect(await books(orderId)).toHaveLength(1);
    }
  });

  it('gives up what the carrier will never do', async () => {
    const shipping = await start({ path: '/nowhere' });
    const { orderId, ship } = newOrder();
    await shipping.deliver(ship);
    expect(await shipping.final(ship)).toMatchObject({
      outcome: 'dead',
      reason: { code: 'carrier-rejected' },
    });
    expect(await books(orderId)).toEqual([]);
  });

  it('books one parcel when a process ends between the carrier and its own record', async () => {
    const reached = new Gate();
    const goOn = new Gate();
    const first = await start({
      around: (carrier) => ({
        find: (orderId) => carrier.find(orderId),
        findReturn: (returnId) => carrier.findReturn(returnId),
        bookReturn: (parcel) => carrier.bookReturn(parcel),
        book: async (shipment: Shipment) => {
          const answer = await carrier.book(shipment);
          reached.open();
          await goOn.passed;
          return answer;
        },
      }),
    });
    const { orderId, ship } = newOrder();
    await first.deliver(ship);
    await reached.passed;
    const second = await start();
    await first.replica.database.query('update effect_task set due_at = clock_timestamp()');
    const answers = () => [...first.replies(ship), ...second.replies(ship)];
    await waitFor(() => answers().length > 0, { what: 'the answer of whoever took over' });
    goOn.open();
    await first.stop();
    expect(answers().map(({ outcome }) => outcome)).toEqual(['succeeded']);
    expect(await books(orderId)).toHaveLength(1);
  });
});
