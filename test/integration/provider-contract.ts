/** What the suites of the payment provider share: both adapters, over real sockets to the sandbox. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import type {
  IntentState,
  NewIntent,
  PayWith,
  PaymentProvider,
} from '../../apps/payment/src/provider/payment-provider.js';
import { SandboxProvider } from '../../apps/payment/src/provider/sandbox.provider.js';
import { StripeProvider } from '../../apps/payment/src/provider/stripe.provider.js';
import { createSandboxPayment } from '../../apps/sandbox-payment/src/sandbox-payment.js';
import { OutboundHttp } from '#platform';

type Sandbox = Awaited<ReturnType<typeof createSandboxPayment>>;
type AdapterOver = (http: OutboundHttp, url: string) => PaymentProvider;
type Slow = Exclude<NewIntent['method'], 'credit_card'>;

const KEY = 'sk_test_contract';
export const KEY_LIFETIME_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export const ADAPTERS: readonly [string, AdapterOver][] = [
  ['over plain HTTP', (http) => new SandboxProvider(http)],
  ["through the provider's package", (http, url) => new StripeProvider(http, { url, key: KEY })],
];

interface Audit {
  readonly intentId: string;
  readonly orderId: string;
  readonly captures: number;
  readonly refunded: number;
  readonly refunds: readonly { readonly id: string }[];
}

/** One sandbox for the tests of an adapter, and a new client for each of them. */
export class ProviderContract {
  sandbox!: Sandbox;
  provider!: PaymentProvider;
  /** The sandbox's clock. */
  nowMs = Date.now();
  private readonly open: OutboundHttp[] = [];

  /** Within a `describe`. */
  constructor(private readonly adapterOver: AdapterOver) {
    beforeAll(async () => {
      this.sandbox = await createSandboxPayment({
        keyLifetimeMs: KEY_LIFETIME_MS,
        lateAnswerMs: 60_000,
        slowAnswerMs: 30,
        paidAfterMs: 0,
        now: () => this.nowMs,
      });
    });
    beforeEach(() => {
      this.provider = this.client();
    });
    afterEach(async () => {
      this.sandbox.mood.set({ mode: 'ok' });
      await Promise.all(this.open.splice(0).map((http) => http.close()));
    });
    afterAll(() => this.sandbox.stop());
  }

  client(timeoutMs = 10_000, url = this.sandbox.url): PaymentProvider {
    const http = new OutboundHttp({
      target: 'payment provider',
      baseUrl: url,
      headers: { authorization: `Bearer ${KEY}` },
      timeoutMs,
      halfOpenAfterMs: 50,
    });
    this.open.push(http);
    return this.adapterOver(http, url);
  }

  opened(order = orderOf()): Promise<string> {
    return this.provider.createIntent(order);
  }

  async captured(): Promise<string> {
    const id = await this.opened();
    await this.provider.confirmIntent(id, byCard('tok_ok'));
    return id;
  }

  async awaiting(method: Slow): Promise<string> {
    const id = await this.opened(orderOf(method));
    await this.provider.confirmIntent(id, slowly(method));
    return id;
  }

  async books(): Promise<Audit[]> {
    const answer = await fetch(`${this.sandbox.url}/books?limit=1000`);
    return ((await answer.json()) as { items: Audit[] }).items;
  }

  async audit(id: string): Promise<Audit> {
    const found = (await this.books()).find(({ intentId }) => intentId === id);
    if (!found) throw new Error(`no intent ${id} in the books`);
    return found;
  }

  async control(path: string): Promise<number> {
    return (await fetch(`${this.sandbox.url}/sandbox/${path}`, { method: 'POST' })).status;
  }
}

export const orderOf = (
  method: NewIntent['method'] = 'credit_card',
  email = 'a@example.com',
): NewIntent => ({
  orderId: randomUUID(),
  attempt: 1,
  amount: 1200,
  currency: 'JPY',
  method,
  payer: { customerId: 'c-1', email },
});

export const byCard = (token: string): PayWith => ({ method: 'credit_card', token });

export const slowly = (method: Slow, days = 3): PayWith => ({
  method,
  payer: { customerId: 'c-1', email: 'a@example.com' },
  payWithinMs: days * DAY_MS,
});

export async function errorOf(work: Promise<unknown>): Promise<Error> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  return error as Error;
}

export function instructionsOf(state: IntentState) {
  if (state.kind !== 'awaiting-customer') throw new Error(`it is ${state.kind}`);
  return state.instructions;
}
