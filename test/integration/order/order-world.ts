import { randomBytes } from 'node:crypto';
import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { orderService } from '../../../apps/order/src/service.js';
import { OrderFactsController } from '../../../apps/order/src/handlers/order-facts.controller.js';
import { eventType, paymentFailed } from '#contracts';
import { createService, Database, Outbox } from '#messaging';
import { createLogger } from '#platform';
import {
  createDatabase,
  freePort,
  testId,
  testPostgres,
  waitFor,
  type PostgresServer,
} from '#testing';

/** Real servers on a machine that is busy with other things: slow is not wrong. */
jest.setTimeout(240_000);

const OCCURRED = '2026-11-26T12:00:00.000Z';

type StartReplica = (
  settings?: Readonly<Record<string, string>>,
) => Promise<NestFastifyApplication>;

/** The order service in this process, on a database of its own, without any broker. */
export class OrderWorld {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly postgres: PostgresServer,
    readonly database: Database,
    readonly databaseUrl: string,
    /** Every line of the service's log, all levels. */
    readonly logged: readonly string[],
    private readonly startReplica: StartReplica,
    private readonly end: () => Promise<void>,
  ) {}

  /** @param checks most tests order what no catalog knows */
  static async start(
    server: Promise<PostgresServer> = testPostgres(),
    checks: 'on' | 'off' = 'off',
    settings: Readonly<Record<string, string>> = {},
  ): Promise<OrderWorld> {
    const postgres = await server;
    const database = await createDatabase(postgres, testId());
    const logged: string[] = [];
    const env = {
      PORT: '0',
      DATABASE_URL: database.url,
      // nobody listens there: the service must do its work without
      KAFKA_BROKERS: `127.0.0.1:${await freePort()}`,
      PAYMENT_TOKEN_KEY: randomBytes(32).toString('base64'),
      ORDER_CHECKS: checks,
      MERCHANT_CHECKS: 'off',
      // most tests are not about whose orders they are
      ORDER_API_KEYS: 'off',
      // on a busy machine the first of many takes its time, and that is no answer of its own
      IDEMPOTENCY_WAIT_MS: '20000',
      ...settings,
    };
    const logger = createLogger(
      { service: 'order', level: 'debug' },
      { write: (line) => void logged.push(line) },
    );
    const apps: NestFastifyApplication[] = [];
    const startReplica: StartReplica = async (own = {}) => {
      const app = await createService(orderService, { ...env, ...own }, logger);
      apps.push(app);
      await app.init();
      await app.getHttpAdapter().getInstance().ready();
      return app;
    };
    const app = await startReplica();
    return new OrderWorld(
      app,
      postgres,
      app.get(Database),
      database.url,
      logged,
      startReplica,
      async () => {
        await Promise.all(apps.map((each) => each.close()));
        await database.drop().catch(() => undefined);
        await postgres.stop();
      },
    );
  }

  stop(): Promise<void> {
    return this.end();
  }

  /** Another process of the service, as far as its database can tell; it is stopped with the world. */
  replica(settings?: Readonly<Record<string, string>>): Promise<NestFastifyApplication> {
    return this.startReplica(settings);
  }

  async post(
    url: string,
    payload: unknown,
    headers: Record<string, string> = {},
    app: NestFastifyApplication = this.app,
  ) {
    const answer = await app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...headers },
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    });
    return { status: answer.statusCode, headers: answer.headers, body: bodyOf(answer.body) };
  }

  async get(url: string, headers: Record<string, string> = {}) {
    const answer = await this.app.inject({ method: 'GET', url, headers });
    return { status: answer.statusCode, headers: answer.headers, body: bodyOf(answer.body) };
  }

  /** The events that were committed, in the order in which they are published. */
  async events(): Promise<{ topic: string; key: string; type: string; id: string; data: Json }[]> {
    const rows = await this.database.query<{
      topic: string;
      key: string;
      headers: Record<string, string>;
      value: string;
    }>('select topic, key, headers, value from outbox order by epoch, seq');
    return rows.map(({ topic, key, headers, value }) => ({
      topic,
      key,
      type: headers['ce_type'] ?? '',
      id: headers['ce_id'] ?? '',
      data: JSON.parse(value) as Json,
    }));
  }

  /** Tells the service that a card of an order was declined. */
  async declines(
    orderId: string,
    revision = 1,
    { app = this.app, ...changes }: { app?: NestFastifyApplication; [of: string]: unknown } = {},
  ): Promise<void> {
    const event = {
      ...{ topic: 'payment.events', key: orderId, id: `${orderId}:${revision}`, source: 'payment' },
      ...{ partition: 0, offset: '0', headers: {}, subject: orderId, time: OCCURRED },
      ...{ type: eventType(paymentFailed.name), correlationid: 'saga-1' },
      data: {
        ...{ orderId: orderId.toUpperCase(), revision, merchantId: 'm-1', customerId: 'c-1' },
        ...{ channel: 'web', method: 'credit_card', currency: 'GBP', amount: 100 },
        ...{ occurredAt: OCCURRED, reason: { code: 'card_declined', message: 'Declined.' } },
        ...changes,
      },
    };
    const facts = app.get(OrderFactsController);
    await app
      .get(Outbox)
      .transaction((unit) => facts.onPayments({ topic: 'payment.events', events: [event] }, unit));
  }

  /** Resolves when a transaction waits for another one. */
  async waitsForLock(): Promise<void> {
    const waiting = `select 1 from pg_stat_activity
                      where datname = current_database() and wait_event_type = 'Lock'`;
    const what = 'a transaction that waits for another one';
    await waitFor(async () => (await this.database.query(waiting)).length > 0, { what });
  }

  async orderCount(): Promise<number> {
    const [row] = await this.database.query<{ n: number }>('select count(*)::int as n from orders');
    return row?.n ?? 0;
  }
}

export type Json = Record<string, unknown>;

export interface Problem extends Json {
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

const bodyOf = (text: string): Problem => (text === '' ? {} : (JSON.parse(text) as Problem));

export const validOrder = (changes: object = {}) => ({
  customerId: 'customer-1',
  currency: 'JPY',
  items: [
    { productId: 'p-1', quantity: 2, unitPrice: 1250 },
    { productId: 'p-2', quantity: 1, unitPrice: 99 },
  ],
  shippingAddress: {
    prefecture: 'Tokyo',
    city: 'Chiyoda',
    line1: '1-1 Marunouchi',
    postalCode: '100-0005',
  },
  email: 'customer@example.com',
  payment: { method: 'credit_card', token: 'tok_secret_0815' },
  ...changes,
});
