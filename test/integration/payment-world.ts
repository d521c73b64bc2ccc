/** The payment service's working parts on a real Postgres, against the provider over real sockets. */
import { randomBytes, randomUUID } from 'node:crypto';
import { ChargebackWorkers } from '../../apps/payment/src/handlers/chargeback.workers.js';
import { PaymentHandler } from '../../apps/payment/src/handlers/payment.handler.js';
import { ProviderDesk } from '../../apps/payment/src/handlers/provider-desk.js';
import { PaymentWorkers } from '../../apps/payment/src/handlers/payment.workers.js';
import { findPayments } from '../../apps/payment/src/persistence/find-payments.js';
import type { PaymentProvider } from '../../apps/payment/src/provider/payment-provider.js';
import { SandboxProvider } from '../../apps/payment/src/provider/sandbox.provider.js';
import {
  createSandboxPayment,
  type SandboxPaymentOptions,
} from '../../apps/sandbox-payment/src/sandbox-payment.js';
import { chargePayment, refundPayment, type SagaReply } from '#contracts';
import { migrations } from '#migrations/payment';
import type { ReceivedEvent } from '#messaging';
import { Answers, createParticipant } from '#participant';
import { OutboundHttp, Sealer } from '#platform';
import { testPostgres, waitFor, type PostgresServer } from '#testing';
import { getAll } from '../support/http.js';
import {
  ParticipantDatabase,
  command,
  deliver,
  silent,
  type Replica,
} from './participant-harness.js';

type Sandbox = Awaited<ReturnType<typeof createSandboxPayment>>;

/** An intent as the provider's own books have it. */
export interface BookedIntent {
  readonly intentId: string;
  readonly status: string;
  readonly captures: number;
  readonly captured: number;
  readonly refunded: number;
  readonly refunds: readonly unknown[];
}

export interface PaymentReplicaOptions {
  readonly timeoutMs?: number;
  readonly halfOpenAfterMs?: number;
  readonly concurrency?: number;
  /** Below the provider's own address, to be somewhere it does not answer. */
  readonly path?: string;
  /** Whether it looks for what others left behind, and for retries. Default true. */
  readonly takesOver?: boolean;
  readonly payWithinMs?: number;
  readonly payPollMs?: number;
  /** Stands between the workers and the provider. */
  readonly around?: (provider: PaymentProvider) => PaymentProvider;
}

const KEY = randomBytes(32).toString('base64');

export const newCharge = (token = 'tok_ok', amount = 1200) =>
  chargeOf(amount, { method: 'credit_card', sealedToken: sealed(token) });

/** One that the customer makes. `email`: the sandbox does as its first words say. */
export const newSlowCharge = (
  method: 'bank_transfer' | 'convenience_store',
  email = 'never-pays@example.com',
) => chargeOf(1200, { method, email });

/** The command that comes after the saga was brought another card. */
export const another = (charge: ReceivedEvent, token: string): ReceivedEvent => {
  const data = { ...(charge.data as object), sealedToken: sealed(token) };
  const id = `${charge.key}:another:${randomUUID()}`;
  return command({ name: chargePayment.name, key: charge.key, id, data });
};

const sealed = (token: string): string => new Sealer(KEY).seal(token);

const chargeOf = (amount: number, by: object) => {
  const orderId = randomUUID();
  const data = {
    orderId,
    customerId: 'c-1',
    merchantId: 'm-1',
    channel: 'web',
    amount,
    currency: 'JPY',
    ...by,
  };
  const charge = command({ name: chargePayment.name, key: orderId, data });
  const reason = { code: 'test', message: 'taken back' };
  const refund = command({
    name: refundPayment.name,
    key: orderId,
    data: { orderId, reason },
    undoes: charge.id,
  });
  return { orderId, charge, refund };
};

export class PaymentReplica {
  private constructor(
    readonly replica: Replica,
    readonly workers: PaymentWorkers,
    readonly chargebacks: ChargebackWorkers,
    /** Where the provider's messages arrive. */
    readonly desk: ProviderDesk,
    private readonly inbox: ReturnType<typeof createParticipant>['inbox'],
    private readonly http: OutboundHttp,
    readonly provider: PaymentProvider,
  ) {}

  static async start(
    database: ParticipantDatabase,
    url: string,
    options: PaymentReplicaOptions = {},
  ): Promise<PaymentReplica> {
    const {
      timeoutMs = 1_000,
      halfOpenAfterMs = 200,
      concurrency = 64,
      takesOver = true,
    } = options;
    const replica = await database.replica();
    const http = new OutboundHttp({
      target: 'payment provider',
      baseUrl: url + (options.path ?? ''),
      headers: { authorization: 'Bearer sk_test' },
      connections: concurrency,
      timeoutMs,
      halfOpenAfterMs,
    });
    const provider = new SandboxProvider(http);
    const used = options.around?.(provider) ?? provider;
    const workers = new PaymentWorkers({
      database: replica.database,
      outbox: replica.outbox,
      answers: new Answers('payment'),
      provider: used,
      settings: {
        PAYMENT_TOKEN_KEY: KEY,
        OUTBOUND_CONNECTIONS: concurrency,
        OUTBOUND_TIMEOUT_MS: timeoutMs,
        OUTBOUND_BACKOFF_MS: 20,
        OUTBOUND_BACKOFF_MAX_MS: 200,
        PAY_WITHIN_MS: options.payWithinMs ?? 60_000,
        PAY_POLL_MS: options.payPollMs ?? 60_000,
      },
      log: silent,
      pollMs: takesOver ? 50 : 3_600_000,
    });
    const { inbox } = createParticipant({
      participant: 'payment',
      handlers: [new PaymentHandler(workers)],
      outbox: replica.outbox,
      parking: { attempts: 4, backoffMs: 10 },
      log: silent,
    });
    workers.start();
    const chargebacks = new ChargebackWorkers({
      database: replica.database,
      outbox: replica.outbox,
      provider: used,
      settings: {
        OUTBOUND_TIMEOUT_MS: timeoutMs,
        OUTBOUND_BACKOFF_MS: 20,
        OUTBOUND_BACKOFF_MAX_MS: 200,
      },
      log: silent,
      pollMs: takesOver ? 50 : 3_600_000,
    });
    chargebacks.start();
    const desk = new ProviderDesk(replica.outbox, workers, chargebacks);
    return new PaymentReplica(replica, workers, chargebacks, desk, inbox, http, provider);
  }

  async deliver(...events: ReceivedEvent[]): Promise<void> {
    await deliver(this.replica, this.inbox, events);
  }

  replies(event: ReceivedEvent): SagaReply[] {
    return this.replica.published
      .filter(({ topic, causationid }) => topic === 'saga.inbox' && causationid === event.id)
      .map(({ data }) => data as SagaReply);
  }

  facts(orderId: string): string[] {
    return this.replica.published
      .filter(({ topic, key }) => topic === 'payment.events' && key === orderId)
      .map(({ type }) => type.replace('com.example.', ''));
  }

  /** Waits for the final answer to a command. */
  final(event: ReceivedEvent, timeoutMs = 15_000): Promise<SagaReply> {
    const isFinal = ({ outcome }: SagaReply) => outcome !== 'parked' && outcome !== 'pending';
    return waitFor(() => this.replies(event).find(isFinal), {
      what: `the final answer to ${event.id}`,
      timeoutMs,
      intervalMs: 5,
    });
  }

  async payment(orderId: string) {
    return (await findPayments(this.replica.database, [orderId])).get(orderId);
  }

  expireLeases(): Promise<void> {
    return this.replica.expireLeases();
  }

  /** Resolves when no work is left in the table. */
  async idle(): Promise<void> {
    await waitFor(
      async () => {
        const rows = await this.replica.database.query('select 1 from effect_task limit 1');
        return rows.length === 0;
      },
      { what: 'the tasks to end', intervalMs: 10 },
    );
  }

  /** May be called again. */
  async stop(): Promise<void> {
    await Promise.all([this.workers.stop(), this.chargebacks.stop()]);
    await this.http.close();
  }
}

export class PaymentWorld {
  private readonly replicas: PaymentReplica[] = [];

  private constructor(
    readonly server: PostgresServer,
    readonly database: ParticipantDatabase,
    readonly sandbox: Sandbox,
  ) {}

  static async start(options: SandboxPaymentOptions = {}): Promise<PaymentWorld> {
    const server = await testPostgres();
    const database = await ParticipantDatabase.create(server, async (runner) => {
      for (const Migration of migrations) await new Migration().up(runner);
      await runner.query(
        'create table provider_message_of_tests partition of provider_message default',
      );
    });
    return new PaymentWorld(server, database, await createSandboxPayment(options));
  }

  async replica(options?: PaymentReplicaOptions): Promise<PaymentReplica> {
    const replica = await PaymentReplica.start(this.database, this.sandbox.url, options);
    this.replicas.push(replica);
    return replica;
  }

  /** What a customer does at the sandbox. */
  async customer(orderId: string, does: 'pay' | 'expire'): Promise<void> {
    const [intent] = await this.books(orderId);
    const url = `${this.sandbox.url}/sandbox/intents/${intent?.intentId}/${does}`;
    const { status } = await fetch(url, { method: 'POST' });
    if (status >= 300) throw new Error(`POST ${url} answered ${status}`);
  }

  async books(orderId: string): Promise<BookedIntent[]> {
    const url = `${this.sandbox.url}/books`;
    const intents = await getAll<BookedIntent & { orderId: string }>(url, 1_000);
    return intents.filter((intent) => intent.orderId === orderId);
  }

  /** Made and paid at the provider by somebody else, with our account. @returns its id */
  async charged(fields: Record<string, string>): Promise<string> {
    const form = async (path: string, body: Record<string, string>): Promise<{ id: string }> => {
      const answer = await fetch(`${this.sandbox.url}${path}`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk_test' },
        body: new URLSearchParams(body),
      });
      return (await answer.json()) as { id: string };
    };
    const card = { currency: 'jpy', 'payment_method_types[]': 'card' };
    const { id } = await form('/v1/payment_intents', { ...card, ...fields });
    await form(`/v1/payment_intents/${id}/confirm`, { payment_method: 'tok_ok' });
    return id;
  }

  /** Ends the replicas of one test. */
  async stopReplicas(): Promise<void> {
    await Promise.all(this.replicas.splice(0).map((replica) => replica.stop()));
  }

  async stop(): Promise<void> {
    await this.stopReplicas();
    await this.sandbox.stop();
    await this.database.close();
    await this.server.stop();
  }
}
