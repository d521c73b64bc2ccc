/** The shipping service's working parts on a real Postgres, against the carrier over real sockets. */
import { randomUUID } from 'node:crypto';
import { ShippingHandler } from '../../apps/shipping/src/handlers/shipping.handler.js';
import { ShippingWorkers } from '../../apps/shipping/src/handlers/shipping.workers.js';
import { TrackingWorkers } from '../../apps/shipping/src/handlers/tracking.workers.js';
import { findShipments } from '../../apps/shipping/src/persistence/find-shipments.js';
import type { Carrier } from '../../apps/shipping/src/provider/carrier.js';
import { HttpCarrier } from '../../apps/shipping/src/provider/http-carrier.js';
import type { ShippingSettings } from '../../apps/shipping/src/settings.js';
import {
  createSandboxCarrier,
  type SandboxCarrierOptions,
} from '../../apps/sandbox-carrier/src/sandbox-carrier.js';
import {
  bookShipment,
  cancelShipment,
  handOver,
  recallPickup,
  shipOrder,
  type SagaReply,
} from '#contracts';
import { migrations } from '#migrations/shipping';
import type { ReceivedEvent } from '#messaging';
import { Answers, createParticipant } from '#participant';
import { OutboundHttp } from '#platform';
import { testPostgres, waitFor, type PostgresServer } from '#testing';
import { getAll } from '../support/http.js';
import {
  ParticipantDatabase,
  command,
  deliver,
  silent,
  type Replica,
} from './participant-harness.js';

type Sandbox = Awaited<ReturnType<typeof createSandboxCarrier>>;

/** A parcel as the carrier's own books have it. */
export interface BookedParcel {
  readonly shipmentId: string;
  readonly reference: string;
  readonly status: string;
  readonly trackingNumber?: string;
  readonly service?: string;
}

export interface ShippingReplicaOptions {
  readonly timeoutMs?: number;
  /** Below the carrier's own address, to be somewhere it does not answer. */
  readonly path?: string;
  /** Whether it looks for what others left behind, and for retries. Default true. */
  readonly takesOver?: boolean;
  /** Whether it reads the feed. Default true. */
  readonly follows?: boolean;
  readonly trackingPollMs?: number;
  readonly service?: ShippingSettings['CARRIER_SERVICE'];
  /** Stands between the workers and the carrier. */
  readonly around?: (carrier: Carrier) => Carrier;
}

/** Every call goes on to the carrier, except what a test does itself. */
export const carrierWith = (inner: Carrier, own: Partial<Carrier>): Carrier => ({
  book: (shipment, service) => inner.book(shipment, service),
  find: (orderId) => inner.find(orderId),
  rates: (parcel) => inner.rates(parcel),
  pickUp: (shipmentId) => inner.pickUp(shipmentId),
  cancel: (shipmentId) => inner.cancel(shipmentId),
  label: (shipmentId) => inner.label(shipmentId),
  tracking: (afterSeq, limit) => inner.tracking(afterSeq, limit),
  bookReturn: (parcel) => inner.bookReturn(parcel),
  findReturn: (returnId) => inner.findReturn(returnId),
  ...own,
});

/** All the commands that a saga may send about one order. */
export const newOrder = (postalCode = '150-0001') => {
  const orderId = randomUUID();
  const key = orderId;
  const reason = { code: 'customer-cancelled', message: 'The customer has cancelled.' };
  const parcel = {
    orderId,
    merchantId: 'm-1',
    items: [{ productId: 'p-1', quantity: 2 }],
    shippingAddress: { prefecture: 'Tokyo', city: 'Shibuya', line1: '1-1', postalCode },
  };
  const book = command({ name: bookShipment.name, key, data: parcel });
  const hand = command({ name: handOver.name, key, data: { orderId } });
  const undo = { orderId, reason };
  return {
    orderId,
    ship: command({ name: shipOrder.name, key, data: parcel }),
    book,
    hand,
    recall: command({ name: recallPickup.name, key, data: undo, undoes: hand.id }),
    cancel: command({ name: cancelShipment.name, key, data: undo, undoes: book.id }),
  };
};

/** The same command once more, as a saga that tries again sends it: under another id. */
export const again = (event: ReceivedEvent): ReceivedEvent => ({
  ...event,
  id: `${event.id}:${randomUUID()}`,
});

export class ShippingReplica {
  private constructor(
    readonly replica: Replica,
    private readonly workers: ShippingWorkers,
    readonly tracking: TrackingWorkers,
    private readonly inbox: ReturnType<typeof createParticipant>['inbox'],
    private readonly http: OutboundHttp,
    private readonly peers: readonly ShippingReplica[],
  ) {}

  /** @param peers all replicas of the service, this one included as soon as it runs */
  static async start(
    database: ParticipantDatabase,
    url: string,
    options: ShippingReplicaOptions = {},
    peers: readonly ShippingReplica[] = [],
  ): Promise<ShippingReplica> {
    const { timeoutMs = 1_000, takesOver = true, follows = true } = options;
    const replica = await database.replica();
    const http = new OutboundHttp({
      target: 'carrier',
      baseUrl: url + (options.path ?? ''),
      headers: { authorization: 'Bearer key' },
      timeoutMs,
      halfOpenAfterMs: 100,
    });
    const carrier = new HttpCarrier(http);
    const parts = {
      database: replica.database,
      outbox: replica.outbox,
      answers: new Answers('shipping'),
      carrier: options.around?.(carrier) ?? carrier,
      settings: {
        CARRIER_SERVICE: options.service ?? 'standard',
        OUTBOUND_CONNECTIONS: 64,
        OUTBOUND_TIMEOUT_MS: timeoutMs,
        OUTBOUND_BACKOFF_MS: 20,
        OUTBOUND_BACKOFF_MAX_MS: 200,
        TRACKING_POLL_MS: options.trackingPollMs ?? 20,
      },
      log: silent,
    };
    const workers = new ShippingWorkers({ ...parts, pollMs: takesOver ? 50 : 3_600_000 });
    const tracking = new TrackingWorkers(parts);
    const { inbox } = createParticipant({
      participant: 'shipping',
      handlers: [new ShippingHandler(workers)],
      outbox: replica.outbox,
      parking: { attempts: 4, backoffMs: 10 },
      log: silent,
    });
    workers.start();
    if (follows) tracking.start();
    return new ShippingReplica(replica, workers, tracking, inbox, http, peers);
  }

  /** As one batch. */
  async deliver(...events: ReceivedEvent[]): Promise<void> {
    await deliver(this.replica, this.inbox, events);
  }

  replies(event: ReceivedEvent): SagaReply[] {
    return this.replica.published
      .filter(({ topic, causationid }) => topic === 'saga.inbox' && causationid === event.id)
      .map(({ data }) => data as SagaReply);
  }

  outcomes(event: ReceivedEvent): string[] {
    return this.replies(event).map(({ outcome }) => outcome);
  }

  /** The names of what became of the order's parcel, with their revisions. */
  facts(orderId: string): [string, number][] {
    return this.replica.published
      .filter(({ topic, key }) => topic === 'shipment.events' && key === orderId)
      .map(({ type, data }) => [
        type.replace('com.example.shipment.', ''),
        (data as { revision: number }).revision,
      ]);
  }

  /** Waits for the final answer to a command. */
  final(event: ReceivedEvent): Promise<SagaReply> {
    const isFinal = ({ outcome }: SagaReply) => outcome !== 'parked' && outcome !== 'pending';
    return waitFor(() => this.replies(event).find(isFinal), {
      what: `the final answer to ${event.id}`,
      intervalMs: 5,
    });
  }

  untilOutcome(event: ReceivedEvent, outcome: string): Promise<unknown> {
    return waitFor(() => this.outcomes(event).includes(outcome), {
      what: `${event.id} to be ${outcome}`,
      intervalMs: 5,
    });
  }

  async shipment(orderId: string) {
    return (await findShipments(this.replica.database, [orderId])).get(orderId);
  }

  /** Also until that is published, by whichever replica: it follows the commit. */
  untilStatus(orderId: string, status: string): Promise<unknown> {
    const isTold = () =>
      this.peers.some((peer) => peer.facts(orderId).some(([kind]) => kind === status));
    return waitFor(async () => (await this.shipment(orderId))?.status === status && isTold(), {
      what: `${orderId} to be ${status}`,
      intervalMs: 5,
    });
  }

  /** Books, and waits until it is. */
  async booked(order: ReturnType<typeof newOrder>): Promise<void> {
    await this.deliver(order.book);
    await this.final(order.book);
  }

  /** As when a process is gone: whoever had it has it no more. */
  async expireLeases(): Promise<void> {
    await this.replica.database.query(
      `update effect_task set due_at = clock_timestamp()
        where lease_token is not null and worker = 'shipping'`,
    );
  }

  /** Resolves when there is nothing left to do at the carrier. */
  async idle(): Promise<void> {
    await waitFor(
      async () => {
        const rows = await this.replica.database.query(
          `select 1 from effect_task where worker = 'shipping' limit 1`,
        );
        return rows.length === 0;
      },
      { what: 'the tasks to end', intervalMs: 10 },
    );
  }

  /** May be called again. */
  async stop(): Promise<void> {
    await Promise.all([this.workers.stop(), this.tracking.stop()]);
    await this.http.close();
  }
}

export class ShippingWorld {
  private readonly replicas: ShippingReplica[] = [];

  private constructor(
    readonly server: PostgresServer,
    readonly database: ParticipantDatabase,
    readonly sandbox: Sandbox,
  ) {}

  /** Keys are forgotten at once: what protects must not be the carrier's memory of them. */
  static async start(options: SandboxCarrierOptions = {}): Promise<ShippingWorld> {
    const server = await testPostgres();
    const database = await ParticipantDatabase.create(server, async (runner) => {
      for (const Migration of migrations) await new Migration().up(runner);
    });
    const sandbox = await createSandboxCarrier({ keyLifetimeMs: 1, ...options });
    return new ShippingWorld(server, database, sandbox);
  }

  async replica(options?: ShippingReplicaOptions): Promise<ShippingReplica> {
    const { database, sandbox, replicas } = this;
    const replica = await ShippingReplica.start(database, sandbox.url, options, replicas);
    this.replicas.push(replica);
    return replica;
  }

  /** What happens in the street. */
  async van(orderId: string, does: 'collect' | 'deliver' | 'lose'): Promise<void> {
    const [parcel] = await this.books(orderId);
    const url = `${this.sandbox.url}/sandbox/shipments/${parcel?.shipmentId}/${does}`;
    const { status } = await fetch(url, { method: 'POST' });
    if (status >= 300) throw new Error(`POST ${url} answered ${status}`);
  }

  async books(orderId: string): Promise<BookedParcel[]> {
    const parcels = await getAll<BookedParcel>(`${this.sandbox.url}/books`, 1_000);
    return parcels.filter(({ reference }) => reference === orderId);
  }

  untilBooks(orderId: string, status: string): Promise<unknown> {
    return waitFor(async () => (await this.books(orderId))[0]?.status === status, {
      what: `the carrier to have ${orderId} as ${status}`,
      intervalMs: 5,
    });
  }

  /** Ends the replicas of one test. */
  async stopReplicas(): Promise<void> {
    this.sandbox.mood.set({ mode: 'ok' });
    await Promise.all(this.replicas.splice(0).map((replica) => replica.stop()));
  }

  async stop(): Promise<void> {
    await this.stopReplicas();
    await this.sandbox.stop();
    await this.database.close();
    await this.server.stop();
  }
}
