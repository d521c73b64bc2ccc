/**
 * What the provider does with a request: it decides against the books, writes what happened into
 * them, and answers. No I/O: the caller makes the journal durable before the answer leaves.
 */
import { randomUUID } from 'node:crypto';
import { ProviderError, type Answer } from '#sandbox';
import { declined, errorBody, intentAnswer, invalidRequest } from './answers.js';
import { keyConflict, noSuch, refundAnswer, unexpectedState } from './answers.js';
import type { CardError, Entry, Intent, Metadata, PaymentBooks } from './books.js';

/** Card tokens and what they bring about; nothing else is a card here. */
export const TOKENS = ['tok_ok', 'tok_declined', 'tok_timeout', 'tok_error_then_ok'] as const;
export type Token = (typeof TOKENS)[number];

const DECLINED: CardError = {
  code: 'card_declined',
  declineCode: 'generic_decline',
  message: 'Your card was declined.',
};

interface CreateIntent {
  readonly amount: number;
  readonly currency: string;
  readonly metadata: Metadata;
}

interface CreateRefund {
  readonly payment_intent: string;
  readonly amount?: number | undefined;
  readonly metadata: Metadata;
}

/** `key`: the request's Idempotency-Key, `fingerprint`: what else the request must repeat. */
export interface Once {
  readonly key: string | undefined;
  readonly fingerprint: string;
}

export class PaymentProvider {
  /** What the request under way has brought about. */
  #entries: Entry[] = [];

  constructor(
    private readonly books: PaymentBooks,
    private readonly append: (entries: readonly Entry[]) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Runs one changing request: its entries are journalled as one, and with a key it runs at most
   * once, and every repetition gets its answer, refusals included. A 5xx stands for a request that
   * was never begun, so it is not remembered.
   * @throws ProviderError 400 `idempotency_error` when the key belongs to another request.
   */
  once({ key, fingerprint }: Once, work: () => object): Answer {
    const known =
      key === undefined ? undefined : this.books.keys.find(key, fingerprint, this.now());
    if (known === 'conflict') throw keyConflict();
    if (known !== undefined) return known;
    this.#entries = [];
    const answer = answerOf(work);
    if (key !== undefined && answer.status < 500) {
      this.#record({ kind: 'answered', key, fingerprint, atMs: this.now(), ...answer });
    }
    if (this.#entries.length > 0) this.append(this.#entries);
    return answer;
  }

  createIntent({ amount, currency, metadata }: CreateIntent): object {
    const id = `pi_${randomId()}`;
    this.#record({ kind: 'created', id, amount, currency, metadata, createdAtMs: this.now() });
    return intentAnswer(this.#intent(id));
  }

  getIntent(id: string): object {
    return intentAnswer(this.#intent(id));
  }

  confirmIntent(id: string, token: Token): object {
    const intent = this.#intent(id);
    if (intent.status === 'succeeded' || intent.status === 'canceled') {
      throw unexpectedState(intent, 'confirmed');
    }
    if (token === 'tok_error_then_ok' && intent.attempts === 0) {
      this.#record({ kind: 'failed', id });
      throw new ProviderError(500, errorBody(500, 'An error occurred on our side; try again.'));
    }
    if (token === 'tok_declined') {
      this.#record({ kind: 'declined', id, error: DECLINED });
      throw declined(intent, DECLINED);
    }
    this.#record({ kind: 'captured', id });
    return intentAnswer(intent);
  }

  cancelIntent(id: string): object {
    const intent = this.#intent(id);
    if (intent.status === 'succeeded' || intent.status === 'canceled') {
      throw unexpectedState(intent, 'canceled');
    }
    this.#record({ kind: 'canceled', id });
    return intentAnswer(intent);
  }

  createRefund({ payment_intent: id, amount, metadata }: CreateRefund): object {
    const intent = this.#intent(id);
    if (intent.status !== 'succeeded') throw unexpectedState(intent, 'refunded');
    const left = intent.captures * intent.amount - intent.amountRefunded;
    if (left === 0) {
      throw invalidRequest({
        code: 'charge_already_refunded',
        message: `The charge of ${id} has already been refunded.`,
      });
    }
    const wanted = amount ?? left;
    if (wanted > left) {
      throw invalidRequest({
        code: 'amount_too_large',
        message: `Refund amount (${wanted}) is greater than the unrefunded amount (${left}).`,
        param: 'amount',
      });
    }
    const refund = { id: `re_${randomId()}`, intentId: id, amount: wanted, metadata };
    const entry = { kind: 'refunded', ...refund, atMs: this.now() } as const;
    this.#record(entry);
    return refundAnswer(entry, intent.currency);
  }

  /** Refunds of one intent, newest first. */
  listRefunds(intentId: string): object {
    const { refunds, currency } = this.#intent(intentId);
    const data = refunds.map((refund) => refundAnswer(refund, currency)).reverse();
    return { object: 'list', url: '/v1/refunds', has_more: false, data };
  }

  #intent(id: string): Intent {
    const intent = this.books.intent(id);
    if (intent === undefined) throw noSuch('payment_intent', id);
    return intent;
  }

  #record(entry: Entry): void {
    this.#entries.push(entry);
    this.books.apply(entry);
  }
}

const randomId = (): string => randomUUID().replaceAll('-', '').slice(0, 24);

const answerOf = (work: () => object): Answer => {
  try {
    return { status: 200, body: JSON.stringify(work()) };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { status: error.status, body: JSON.stringify(error.body) };
  }
};
