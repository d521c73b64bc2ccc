/** The provider's books: payment intents and refunds, folded from the journal's entries. */
import { IdempotencyKeys, type RememberedAnswer } from '#sandbox';

export type IntentStatus =
  'requires_confirmation' | 'requires_payment_method' | 'succeeded' | 'canceled';

export type Metadata = Readonly<Record<string, string>>;

/** Amounts in minor units, times in epoch milliseconds. */
export interface Intent {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly metadata: Metadata;
  readonly createdAtMs: number;
  status: IntentStatus;
  /** How often money was taken: an audit wants 0 or 1. */
  captures: number;
  /** How often a confirmation was asked for, whatever came of it. */
  attempts: number;
  amountRefunded: number;
  lastError: CardError | undefined;
  readonly refunds: Refund[];
}

export interface Refund {
  readonly id: string;
  readonly intentId: string;
  readonly amount: number;
  readonly metadata: Metadata;
  readonly atMs: number;
}

export interface CardError {
  readonly code: string;
  readonly declineCode: string;
  readonly message: string;
}

export type Entry =
  | ({ readonly kind: 'created' } & Pick<
      Intent,
      'id' | 'amount' | 'currency' | 'metadata' | 'createdAtMs'
    >)
  | { readonly kind: 'failed'; readonly id: string }
  | { readonly kind: 'declined'; readonly id: string; readonly error: CardError }
  | { readonly kind: 'captured'; readonly id: string }
  | { readonly kind: 'canceled'; readonly id: string }
  | ({ readonly kind: 'refunded' } & Refund)
  | RememberedAnswer;

export class PaymentBooks {
  readonly intents: Intent[] = [];
  readonly keys: IdempotencyKeys;
  readonly #byId = new Map<string, Intent>();

  constructor(keyLifetimeMs?: number) {
    this.keys = new IdempotencyKeys(keyLifetimeMs);
  }

  intent(id: string): Intent | undefined {
    return this.#byId.get(id);
  }

  apply(entry: Entry): void {
    if (entry.kind === 'answered') return this.keys.remember(entry);
    if (entry.kind === 'created') return this.#add(entry);
    const intent = this.#byId.get(entry.kind === 'refunded' ? entry.intentId : entry.id);
    if (intent === undefined) throw new Error(`the journal names an unknown intent: ${entry.id}`);
    switch (entry.kind) {
      case 'failed':
        intent.attempts += 1;
        return;
      case 'declined':
        intent.attempts += 1;
        intent.status = 'requires_payment_method';
        intent.lastError = entry.error;
        return;
      case 'captured':
        intent.attempts += 1;
        intent.captures += 1;
        intent.status = 'succeeded';
        intent.lastError = undefined;
        return;
      case 'canceled':
        intent.status = 'canceled';
        return;
      case 'refunded':
        intent.amountRefunded += entry.amount;
        intent.refunds.push(entry);
        return;
    }
  }

  #add({ id, amount, currency, metadata, createdAtMs }: Entry & { kind: 'created' }): void {
    const intent: Intent = {
      id,
      amount,
      currency,
      metadata,
      createdAtMs,
      status: 'requires_confirmation',
      captures: 0,
      attempts: 0,
      amountRefunded: 0,
      lastError: undefined,
      refunds: [],
    };
    this.intents.push(intent);
    this.#byId.set(id, intent);
  }
}

/** One intent for an audit. */
export const auditOf = (intent: Intent) => ({
  intentId: intent.id,
  orderId: intent.metadata['order_id'] ?? null,
  status: intent.status,
  amount: intent.amount,
  currency: intent.currency,
  captures: intent.captures,
  captured: intent.captures * intent.amount,
  refunded: intent.amountRefunded,
  refunds: intent.refunds.map(({ id, amount, metadata: { return_id: returnId } }) => ({
    id,
    amount,
    ...(returnId !== undefined && { returnId }),
  })),
  createdAt: new Date(intent.createdAtMs).toISOString(),
});
