/** The real orchestrator, real Kafka and Postgres, and participants that answer as they are told to. */
import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventType, type Effect, type PlaceOrderInput } from '#contracts';
import { createService, Database } from '#messaging';
import { createLogger } from '#platform';
import { testId } from '#testing';
import { orchestratorService } from '../../../apps/orchestrator/src/service.js';
import { input } from '../../../apps/orchestrator/src/sagas/fixtures/place-order.js';
import { Topics, type StoredMessage } from '../../support/topics.js';
import { Closing } from '../messaging/harness.js';
import { keyOf } from './access-keys.js';
import { openGround } from './ground.js';

const COMMANDS = ['order', 'inventory', 'payment', 'shipping', 'notification'] as const;
const AN_HOUR_MS = 3_600_000;

/** What a participant does with an order's command; as it should, where nothing is said. */
export type Behaviour = 'gives-up' | 'pending' | 'refused' | 'silent';

export class DashboardWorld {
  private readonly behaviours = new Map<string, Behaviour>();

  private constructor(
    private readonly closing: Closing,
    readonly app: NestFastifyApplication,
    readonly topics: Topics,
    readonly url: string,
    readonly key: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start(settings: Readonly<Record<string, string>> = {}): Promise<DashboardWorld> {
    const { closing, kafka, topicPrefix, env: ground } = await openGround();
    const topics = new Topics({ kafka, topicPrefix });
    closing.add(() => topics.stop());
    const env = {
      ...{ ...ground, TIMER_POLL_MS: '100' },
      // nothing is asked again of its own accord while a test looks
      ...{ STEP_TIMEOUT_MS: String(AN_HOUR_MS), STEP_BACKOFF_MAX_MS: String(AN_HOUR_MS) },
      ...settings,
    };
    const app = await startOrchestrator(env);
    closing.add(() => app.close());
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as { port: number };
    const key = await keyOf(app.get(Database), 'operator', 'kim');
    const world = new DashboardWorld(closing, app, topics, `http://127.0.0.1:${port}`, key, env);
    await topics.follow(
      COMMANDS.map((name) => `${name}.commands`),
      (command) => void world.answer(command),
    );
    return world;
  }

  stop(): Promise<void> {
    return this.closing.all();
  }

  /** Another orchestrator beside the first; whoever starts it may close it. */
  async replica(): Promise<NestFastifyApplication> {
    const app = await startOrchestrator(this.env);
    this.closing.add(() => app.close());
    return app;
  }

  reader(): Promise<string> {
    return keyOf(this.app.get(Database), 'reader', 'robin');
  }

  approver(owner = 'ada'): Promise<string> {
    return keyOf(this.app.get(Database), 'approver', owner);
  }

  /** @param behaviour by command, such as `shipping.hand-over` */
  async order(
    behaviour: Readonly<Record<string, Behaviour>> = {},
    more: Partial<PlaceOrderInput> = {},
  ): Promise<string> {
    const [orderId = ''] = await this.orders(1, behaviour, more);
    return orderId;
  }

  /** So many of the same kind. */
  async orders(
    count: number,
    behaviour: Readonly<Record<string, Behaviour>> = {},
    more: Partial<PlaceOrderInput> = {},
  ): Promise<string[]> {
    const orderIds = Array.from({ length: count }, () => randomUUID());
    for (const orderId of orderIds) {
      for (const [command, how] of Object.entries(behaviour)) this.behave(orderId, command, how);
    }
    const starts = orderIds.map((orderId) =>
      messageOf(orderId, 'saga.start', {
        ...{ definition: 'place-order', businessKey: orderId },
        input: { ...input, ...more, orderId },
      }),
    );
    await this.topics.send(starts);
    return orderIds;
  }

  behave(orderId: string, command: string, how: Behaviour | undefined): void {
    if (how === undefined) this.behaviours.delete(`${orderId} ${command}`);
    else this.behaviours.set(`${orderId} ${command}`, how);
  }

  /** A message that no service can read. */
  garble(): Promise<void> {
    return this.tell(testId(), 'inventory.paint-stock', { colour: 'red' });
  }

  async get<T>(path: string): Promise<T> {
    const headers = { 'x-api-key': this.key };
    const answer = await this.app.inject({ method: 'GET', url: `/admin/${path}`, headers });
    return answer.json<T>();
  }

  async sagaOf(orderId: string): Promise<Seen | undefined> {
    const { items } = await this.get<{ items: Seen[] }>(`sagas?orderId=${orderId}`);
    return items[0];
  }

  private async answer({ key: orderId, headers }: StoredMessage): Promise<void> {
    const type = (headers['ce_type'] ?? '').replace(eventType(''), '');
    const behaviour = this.behaviours.get(`${orderId} ${type}`);
    const [name, result, effects] = ANSWERS[type] ?? [];
    if (name === undefined || behaviour === 'silent') return;
    const commandId = headers['ce_id'];
    const more = { correlationid: headers['ce_correlationid'] ?? '' };
    if (behaviour === 'pending') {
      return this.tell(orderId, 'saga.command-pending', { commandId, outcome: 'pending' }, more);
    }
    if (behaviour === 'gives-up') {
      const reason = { code: 'carrier-away', message: 'The carrier does not answer' };
      return this.tell(orderId, 'saga.command-dead', { commandId, outcome: 'dead', reason }, more);
    }
    if (behaviour === 'refused') {
      const [refusal, of] = REFUSALS[type] ?? ['saga.command-refused', {}];
      const reason = { code: 'declined', message: 'The bank has declined the card' };
      const refused = { commandId, outcome: 'refused', result: of, reason };
      return this.tell(orderId, refusal, refused, more);
    }
    const done = { commandId, outcome: 'succeeded', result, effects: effects?.(orderId) };
    return this.tell(orderId, name, done, more);
  }

  private tell(
    key: string,
    name: string,
    data: object,
    more: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    return this.topics.send([messageOf(key, name, data, more)]);
  }
}

const startOrchestrator = (env: Readonly<Record<string, string>>) =>
  createService(orchestratorService, env, createLogger({ service: 'test', level: 'silent' }));

function messageOf(
  key: string,
  name: string,
  data: object,
  more: Readonly<Record<string, string>> = {},
) {
  const attributes = {
    ...{ specversion: '1.0', id: randomUUID(), source: 'test', type: eventType(name) },
    ...{ subject: key, time: new Date().toISOString(), ...more },
  };
  const headers = Object.fromEntries(
    Object.entries(attributes).map(([attribute, value]) => [`ce_${attribute}`, value]),
  );
  return {
    ...{ topic: 'saga.inbox', key, value: JSON.stringify(data) },
    headers: { 'content-type': 'application/json', ...headers },
  };
}

export interface Seen {
  readonly sagaId: string;
  readonly orderId: string;
  readonly state: string;
  readonly revision: number;
  readonly attention?: { readonly step: string };
  readonly at: readonly { readonly step: string; readonly state: string }[];
}

type Answer = readonly [
  name: string,
  result: object,
  effects?: (orderId: string) => readonly Effect[],
];

const effect =
  (kind: Effect['kind'], unit: string, taken: number) =>
  (returned: number, revision: number) =>
  (orderId: string): readonly Effect[] => [
    { id: `${kind}:${orderId}`, kind, unit, taken, returned, revision },
  ];
const money = effect('money', 'GBP', 1530);
const stock = effect('stock', 'pcs', 6);

const shipment = { shipmentId: 's-1', trackingNumber: 'TR-2026-1' };
const ANSWERS: Readonly<Record<string, Answer>> = {
  'inventory.reserve-stock': [
    'inventory.stock-reserved',
    { expiresAt: '2099-01-01T00:00:00.000Z' },
    stock(0, 1),
  ],
  'inventory.secure-stock': ['inventory.stock-secured', {}],
  'inventory.release-stock': ['inventory.stock-released', {}, stock(6, 2)],
  'payment.charge-payment': [
    'payment.payment-captured',
    { intentId: 'pi_1', amount: 1530 },
    money(0, 1),
  ],
  'payment.refund-payment': ['payment.payment-refunded', { refunded: 1530 }, money(1530, 2)],
  'shipping.book-shipment': ['shipping.shipment-booked', shipment],
  'shipping.cancel-shipment': ['shipping.shipment-cancelled', {}],
  'shipping.hand-over': [
    'shipping.handed-over',
    { trackingNumber: 'TR-2026-1', handedOverAt: '2026-11-27T10:00:00.000Z' },
  ],
  'order.confirm-order': ['order.order-confirmed', {}],
  'order.cancel-order': ['order.order-cancelled', {}],
  'notification.notify-customer': ['notification.notice-recorded', { noticeId: 'n-1' }],
};

const REFUSALS: Readonly<Record<string, readonly [name: string, result: object]>> = {
  'payment.charge-payment': ['payment.payment-declined', { declineCode: 'do_not_honor' }],
  'shipping.book-shipment': ['shipping.shipment-refused', { code: 'too-far' }],
};
