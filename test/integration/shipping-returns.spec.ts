/** Promises attacked here: one parcel a return, and one answer, whatever is repeated, lost or down. */
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
import { ReturnsHandler } from '../../apps/shipping/src/handlers/returns.handler.js';
import { ReturnWorkers } from '../../apps/shipping/src/handlers/returns.workers.js';
import { HttpCarrier } from '../../apps/shipping/src/provider/http-carrier.js';
import { shippingSettings } from '../../apps/shipping/src/settings.js';
import { createSandboxCarrier } from '../../apps/sandbox-carrier/src/sandbox-carrier.js';
import { receiveReturn, type SagaReply } from '#contracts';
import { migrations } from '#migrations/shipping';
import type { ReceivedEvent } from '#messaging';
import { Answers, createParticipant } from '#participant';
import { OutboundHttp, settings } from '#platform';
import { testPostgres, waitFor, type PostgresServer } from '#testing';
import {
  ParticipantDatabase,
  command,
  deliver,
  silent,
  type Replica,
} from './participant-harness.js';

jest.setTimeout(30_000);

const TRANSIT_MS = 60_000;

const newReturn = (postalCode = '150-0001', returnId: string = randomUUID(), by = 'one') => {
  const shippingAddress = { prefecture: 'Tokyo', city: 'Shibuya', line1: '1-1', postalCode };
  const items = [{ productId: 'p-1', quantity: 2 }];
  const data = { orderId: randomUUID(), returnId, items, shippingAddress };
  const name = receiveReturn.name;
  return { returnId, receive: command({ name, key: returnId, id: `${returnId}:${by}`, data }) };
};

class ReturnsService {
  private constructor(
    readonly replica: Replica,
    private readonly workers: ReturnWorkers,
    private readonly inbox: ReturnType<typeof createParticipant>['inbox'],
    private readonly http: OutboundHttp,
  ) {}

  static async start(database: ParticipantDatabase, url: string): Promise<ReturnsService> {
    const config = settings(shippingSettings, {
      PORT: '0',
      DATABASE_URL: 'postgres://nobody:none@127.0.0.1:1/none',
      KAFKA_BROKERS: '127.0.0.1:1',
      CARRIER_URL: url,
      CARRIER_KEY: 'key',
      CARRIER_WEBHOOK_SECRET: 'whsec_test',
      OUTBOUND_TIMEOUT_MS: '500',
      OUTBOUND_BACKOFF_MS: '20',
      OUTBOUND_BACKOFF_MAX_MS: '200',
      RETURN_POLL_MS: '10',
      RETURN_POLL_MAX_MS: '50',
    });
    const replica = await database.replica();
    const http = new OutboundHttp({
      target: 'carrier',
      baseUrl: config.CARRIER_URL,
      headers: { authorization: 'Bearer key' },
      timeoutMs: config.OUTBOUND_TIMEOUT_MS,
      halfOpenAfterMs: 100,
    });
    const workers = new ReturnWorkers({
      database: replica.database,
      outbox: replica.outbox,
      answers: new Answers('shipping'),
      carrier: new HttpCarrier(http),
      settings: config,
      log: silent,
    });
    const { inbox } = createParticipant({
      participant: 'shipping',
      handlers: [new ReturnsHandler(workers)],
      outbox: replica.outbox,
      parking: { attempts: 4, backoffMs: 10 },
      log: silent,
    });
    workers.start();
    return new ReturnsService(replica, workers, inbox, http);
  }

  deliver(...events: ReceivedEvent[]): Promise<number> {
    return deliver(this.replica, this.inbox, events);
  }

  replies(event: ReceivedEvent): SagaReply[] {
    return this.replica.published
      .filter(({ topic, causationid }) => topic === 'saga.inbox' && causationid === event.id)
      .map(({ data }) => data as SagaReply);
  }

  async stop(): Promise<void> {
    await this.workers.stop();
    await this.http.close();
  }
}

describe('goods on their way back', () => {
  let server: PostgresServer;
  let database: ParticipantDatabase;
  let sandbox: Awaited<ReturnType<typeof createSandboxCarrier>>;
  let nowMs = Date.now();
  const services: ReturnsService[] = [];
  const start = async (): Promise<ReturnsService> => {
    const service = await ReturnsService.start(database, sandbox.url);
    services.push(service);
    return service;
  };
  beforeAll(async () => {
    server = await testPostgres();
    database = await ParticipantDatabase.create(server, async (runner) => {
      for (const Migration of migrations) await new Migration().up(runner);
    });
    // Keys are forgotten at once: what protects must not be the carrier's memory of them.
    sandbox = await createSandboxCarrier({
      keyLifetimeMs: 1,
      returnTransitMs: TRANSIT_MS,
      now: () => (nowMs += 5),
    });
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

  const arrive = (): void => {
    nowMs += TRANSIT_MS;
  };
  const books = async (returnId: string) => {
    const answer = await fetch(`${sandbox.url}/books?limit=1000`);
    const { items } = (await answer.json()) as { items: { reference: string; status: string }[] };
    return items.filter(({ reference }) => reference === returnId);
  };
  const booked = (returnId: string) =>
    waitFor(async () => (await books(returnId)).length > 0, { what: 'a parcel', intervalMs: 5 });
  const outcomes = (event: ReceivedEvent) =>
    services.flatMap((service) => service.replies(event)).map(({ outcome }) => outcome);
  const decided = (event: ReceivedEvent) =>
    waitFor(
      () => outcomes(event).find((outcome) => outcome === 'succeeded' || outcome === 'refused'),
      { what: `the final answer to ${event.id}`, intervalMs: 5 },
    );

  it('are pending at once, and received when the carrier says so', async () => {
    const shipping = await start();
    const { returnId, receive } = newReturn();
    await shipping.deliver(receive);
    expect(outcomes(receive)).toEqual(['pending']);
    await booked(returnId);
    await shipping.deliver(receive);
    expect(outcomes(receive)).toEqual(['pending', 'pending']);
    arrive();
    expect(await decided(receive)).toBe('succeeded');
    await shipping.deliver(receive, receive);
    const later = newReturn(undefined, returnId, 'another-command').receive;
    await shipping.deliver(later);
    expect(outcomes(later)).toEqual(['succeeded']);
    expect(await books(returnId)).toMatchObject([{ status: 'received' }]);
  });

  it('that are lost are a refusal', async () => {
    const shipping = await start();
    const { returnId, receive } = newReturn('999-9999');
    await shipping.deliver(receive);
    await booked(returnId);
    arrive();
    expect(await decided(receive)).toBe('refused');
    expect(shipping.replies(receive).at(-1)).toMatchObject({
      result: { code: 'lost' },
      reason: { code: 'lost' },
    });
  });

  it('are one parcel for two commands on two replicas, and each is answered', async () => {
    const [left, right] = [await start(), await start()];
    const returnId = randomUUID();
    const commands = ['left', 'right'].map((by) => newReturn(undefined, returnId, by).receive);
    const [one, two] = commands as [ReceivedEvent, ReceivedEvent];
    await Promise.all([left.deliver(one), right.deliver(two)]);
    await booked(returnId);
    arrive();
    expect(await Promise.all(commands.map(decided))).toEqual(['succeeded', 'succeeded']);
    expect(await books(returnId)).toHaveLength(1);
  });

  it('are asked for again by whoever takes over, and polls are no tries', async () => {
    const first = await start();
    const { returnId, receive } = newReturn();
    await first.deliver(receive);
    await booked(returnId);
    const { database: tables } = first.replica;
    const task = async () => {
      const [row] = await tables.query<{ attempts: number; last_error: string | null }>(
        'select attempts, last_error from effect_task where subject = $1',
        [returnId],
      );
      return row;
    };
    await waitFor(async () => Boolean((await task())?.last_error), { what: 'a poll' });
    await first.stop();
    expect(await task()).toMatchObject({ attempts: 0 });
    await start();
    arrive();
    expect(await decided(receive)).toBe('succeeded');
    expect(await books(returnId)).toHaveLength(1);
  });

  it('outlast a carrier that is down, and nobody is told of it', async () => {
    sandbox.mood.set({ mode: 'down' });
    const shipping = await start();
    const { returnId, receive } = newReturn();
    await shipping.deliver(receive);
    const failing = async () => {
      const rows = await shipping.replica.database.query(
        'select 1 from effect_task where subject = $1 and last_error is not null',
        [returnId],
      );
      return rows.length > 0;
    };
    await waitFor(failing, { what: 'a try that failed' });
    sandbox.mood.set({ mode: 'ok' });
    await booked(returnId);
    arrive();
    expect(await decided(receive)).toBe('succeeded');
    expect(outcomes(receive)).toEqual(['pending', 'succeeded']);
  });
});
