/**
 * What the provider does with a request: it decides against the books, writes what happened into
 * them, and answers. No I/O: the caller makes the journal durable before the answer leaves.
 */
import { ProviderError, type Answer, type WebhookEntry } from '#sandbox';
import {
  customerAnswer,
  declined,
  errorBody,
  intentAnswer,
  keyConflict,
  noSuch,
  unexpectedState,
} from './answers.js';
import type { Customer, Entry, Intent, IntentTerms, Metadata, PaymentBooks } from './books.js';
import { DECLINES, type Token } from './cards.js';
import {
  checkMethod,
  checkTransfer,
  type Confirmation,
  type SlowConfirmation,
} from './confirmation.js';
import { eventsOf } from './events.js';
import { randomId } from './random-id.js';
import { actionOf } from './slow-payment.js';

export interface CreateIntent extends IntentTerms {
  readonly amount: number;
  readonly currency: string;
  readonly metadata: Metadata;
}

/** `key`: the request's Idempotency-Key, `fingerprint`: what else the request must repeat. */
export interface Once {
  readonly key: string | undefined;
  readonly fingerprint: string;
}

export interface ProviderOptions {
  readonly now: () => number;
  /** How long customers need to pay in a shop or by transfer; 0 = they never do by themselves. */
  readonly paidAfterMs: number;
  /** Whether what happens is told to others. */
  readonly tells: boolean;
}

/** What may still be confirmed or canceled. */
const OPEN: ReadonlySet<string> = new Set(['requires_payment_method', 'requires_confirmation']);

export class PaymentProvider {
  /** What the request under way has brought about. */
  #entries: (Entry | WebhookEntry)[] = [];

  constructor(
    readonly books: PaymentBooks,
    private readonly append: (entries: readonly (Entry | WebhookEntry)[]) => void,
    private readonly options: ProviderOptions,
  ) {}

  /**
   * Runs one changing request: its entries are journalled as one, and with a key it runs at most
   * once, and every repetition gets its answer, refusals included. A 5xx stands for a request that
   * was never begun, so it is not remembered.
   * @throws ProviderError 400 `idempotency_error` when the key belongs to another request.
   */
  once({ key, fingerprint }: Once, work: () => object): Answer {
    const nowMs = this.options.now();
    const known = key === undefined ? undefined : this.books.keys.find(key, fingerprint, nowMs);
    if (known === 'conflict') throw keyConflict();
    if (known !== undefined) return known;
    this.#entries = [];
    const answer = answerOf(work);
    if (key !== undefined && answer.status < 500) {
      this.record({ kind: 'answered', key, fingerprint, atMs: nowMs, ...answer });
    }
    if (this.#entries.length > 0) this.append(this.#entries);
    return answer;
  }

  createCustomer(wanted: Pick<Customer, 'email' | 'name' | 'metadata'>): object {
    const customer = { ...wanted, id: `cus_${randomId()}`, createdAtMs: this.options.now() };
    this.record({ kind: 'customer', ...customer });
    return customerAnswer(customer);
  }

  createIntent(wanted: CreateIntent): object {
    const { customer } = wanted;
    if (customer !== undefined && !this.books.customers.has(customer)) {
      throw noSuch('customer', customer, 'customer', 400);
    }
    const id = `pi_${randomId()}`;
    this.record({ kind: 'created', id, ...wanted, createdAtMs: this.options.now() });
    return intentAnswer(this.intent(id));
  }

  getIntent(id: string): object {
    return intentAnswer(this.intent(id));
  }

  confirmIntent(id: string, confirmation: Confirmation): object {
    const intent = this.intent(id);
    if (!OPEN.has(intent.status)) throw unexpectedState(intent, 'confirmed');
    checkMethod(intent, confirmation);
    if (confirmation.method === 'card') this.#charge(intent, confirmation.token);
    else this.#askToPay(intent, confirmation);
    return intentAnswer(intent);
  }

  #charge(intent: Intent, token: Token): void {
    const { id } = intent;
    if (token === 'tok_error_then_ok' && intent.attempts === 0) {
      this.record({ kind: 'failed', id });
      throw new ProviderError(500, errorBody(500, 'An error occurred on our side; try again.'));
    }
    const charge = `ch_${randomId()}`;
    const decline = DECLINES[token];
    if (decline === undefined) return this.record({ kind: 'captured', id, charge });
    const error = { ...decline, charge };
    this.record({ kind: 'declined', id, error });
    throw declined(intent, error);
  }

  #askToPay(intent: Intent, { method, email, konbiniDays, transfer }: SlowConfirmation): void {
    const wanted = {
      ...{ method, email },
      days: konbiniDays ?? intent.konbiniDays,
      transfer: checkTransfer(intent, { method, transfer }),
    };
    const action = actionOf(wanted, this.options.now(), this.options.paidAfterMs);
    this.record({ kind: 'awaiting', id: intent.id, action });
  }

  cancelIntent(id: string): object {
    const intent = this.intent(id);
    if (intent.status === 'succeeded' || intent.status === 'canceled') {
      throw unexpectedState(intent, 'canceled');
    }
    this.record({ kind: 'canceled', id });
    return intentAnswer(intent);
  }

  /** The customer pays what was asked for. */
  pay(id: string): object {
    const intent = this.intent(id);
    if (intent.action === undefined) throw unexpectedState(intent, 'paid by the customer');
    this.record({ kind: 'captured', id, charge: `ch_${randomId()}` });
    return intentAnswer(intent);
  }

  /** The time to pay in a shop is over; who transfers money may do so at any time. */
  expire(id: string): object {
    const intent = this.intent(id);
    if (intent.action?.expiresAtMs === undefined) throw unexpectedState(intent, 'expired');
    this.record({ kind: 'expired', id });
    return intentAnswer(intent);
  }

  /** Does what is due for an intent that waits for its customer, if anything is. */
  settle(id: string): void {
    const { payAtMs = Infinity, expiresAtMs = Infinity } = this.intent(id).action ?? {};
    const nowMs = this.options.now();
    const unkeyed = { key: undefined, fingerprint: '' };
    if (Math.min(payAtMs, expiresAtMs) > nowMs) return;
    this.once(unkeyed, () => (payAtMs <= expiresAtMs ? this.pay(id) : this.expire(id)));
  }

  intent(id: string): Intent {
    const intent = this.books.intent(id);
    if (intent === undefined) throw noSuch('payment_intent', id);
    return intent;
  }

  /** Only within `once`, which makes one line of the journal of all that a request brings about. */
  record(entry: Entry): void {
    this.#entries.push(entry);
    this.books.apply(entry);
    const id = 'intentId' in entry ? entry.intentId : 'id' in entry ? entry.id : '';
    const intent = this.options.tells ? this.books.intent(id) : undefined;
    if (intent) this.#entries.push(...eventsOf(entry, intent, this.options.now()));
  }
}

const answerOf = (work: () => object): Answer => {
  try {
    return { status: 200, body: JSON.stringify(work()) };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { status: error.status, body: JSON.stringify(error.body) };
  }
};
