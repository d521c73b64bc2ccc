/** The accounting service on a database of its own, and further replicas on the same one. */
import { randomUUID } from 'node:crypto';
import { Database, isTransient, openDatabase, Outbox, type CloudEvent } from '#messaging';
import type { EventBatch, ReceivedEvent, UnitOfWork } from '#messaging';
import { factEvent } from '../../apps/accounting/src/fixtures/facts.js';
import { LedgerFactsController } from '../../apps/accounting/src/handlers/ledger-facts.controller.js';
import { accountingService } from '../../apps/accounting/src/service.js';
import { Replica, silent } from './participant-harness.js';
import { ServiceWorld } from './service-world.js';

/** A captured payment of 1,000, less a fee of 30, of an order of its own. */
export const paid = (data: object = {}): CloudEvent =>
  factEvent('payment.completed', { orderId: randomUUID(), amount: 1000, fee: 30, ...data });

/** Where nobody listens. */
const NOWHERE = 'http://127.0.0.1:9';

/** Whatever is read from Kafka has a place there. */
const received = (topic: string, event: CloudEvent, offset: number): ReceivedEvent => ({
  ...event,
  ...{ topic, key: event.subject, partition: 0, offset: String(offset), headers: {} },
});

export interface Transactions {
  transaction<T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T>;
}

export class AccountingWorld {
  private readonly others: Database[] = [];
  private offset = 0;

  private constructor(
    readonly world: ServiceWorld,
    private readonly url: string,
  ) {}

  static async start(settings: Readonly<Record<string, string>> = {}): Promise<AccountingWorld> {
    let url = '';
    const world = await ServiceWorld.start(
      {
        ...accountingService,
        module: (given, logger) => {
          url = given.DATABASE_URL;
          return accountingService.module(given, logger);
        },
      },
      {
        ...{ AUDIT_URL: NOWHERE, PAYMENT_URL: NOWHERE, BANK_URL: NOWHERE, BANK_KEY: 'key' },
        // nothing of its own accord
        ...{ DAY_CLOSE: 'manual', RECONCILIATION: 'manual' },
        ...settings,
      },
    );
    return new AccountingWorld(world, url);
  }

  get database(): Database {
    return this.world.database;
  }

  get databaseUrl(): string {
    return this.url;
  }

  /** Another process of the service, as far as the database can tell. */
  async replica(): Promise<Replica> {
    const database = await openDatabase({
      ...{ url: this.url, poolSize: 4, applicationName: 'replica', migrations: [], log: silent },
    });
    this.others.push(database);
    return new Replica(database.dataSource);
  }

  /** As the transport does it: one transaction, tried again while nothing is wrong with the facts. */
  async deliver(
    events: readonly CloudEvent[],
    { by, topic = 'payment.events' }: { by?: Transactions | undefined; topic?: string } = {},
  ): Promise<void> {
    const outbox: Transactions = by ?? this.world.app.get<Outbox>(Outbox);
    const controller = this.world.app.get(LedgerFactsController);
    const batch: EventBatch = {
      topic,
      events: events.map((event) => received(topic, event, (this.offset += 1))),
    };
    for (;;) {
      try {
        return await outbox.transaction((unit) => controller.onPayments(batch, unit));
      } catch (error) {
        if (!isTransient(error)) throw error;
      }
    }
  }

  ask(path: string) {
    return this.world.ask('GET', path);
  }

  async get<Body>(path: string): Promise<Body> {
    const { status, body } = await this.ask(path);
    if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`);
    return body as Body;
  }

  async stop(): Promise<void> {
    await Promise.all(this.others.map((database) => database.close()));
    await this.world.stop();
  }
}
