/** The provider's books: customers, payment intents, refunds and disputes, folded from the journal's entries. */
import { IdempotencyKeys, type RememberedAnswer } from '#sandbox';

export type IntentStatus =
  | 'requires_payment_method'
  | 'requires_confirmation'
  | 'requires_action'
  | 'succeeded'
  | 'canceled';

export const METHODS = ['card', 'konbini', 'customer_balance'] as const;
export type Method = (typeof METHODS)[number];

export type Metadata = Readonly<Record<string, string>>;

export interface Customer {
  readonly id: string;
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly metadata: Metadata;
  readonly createdAtMs: number;
}

/** How an intent may be paid, as it was said when it was made. */
export interface IntentTerms {
  readonly methods: readonly Method[];
  readonly customer?: string | undefined;
  readonly receiptEmail?: string | undefined;
  readonly konbiniDays?: number | undefined;
  /** The kind of bank transfer, such as `jp_bank_transfer`. */
  readonly transfer?: string | undefined;
}

/** Amounts in minor units, times in epoch milliseconds. */
export interface Intent extends IntentTerms {
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
  lastError: PaymentError | undefined;
  /** What the customer has to do while the status is `requires_action`. */
  action: Action | undefined;
  /** Of the last attempt that got as far as a charge, refused or not. */
  charge: string | undefined;
  readonly refunds: Refund[];
  readonly disputes: Dispute[];
}

/** The customer can pay in a shop or at a bank. */
export interface Action {
  readonly method: Exclude<Method, 'card'>;
  /** The shop's confirmation number or the bank's reference. */
  readonly reference: string;
  /** When the customer will do it, if ever. */
  readonly payAtMs?: number | undefined;
  /** When it will be too late; transfers know no such time. */
  readonly expiresAtMs?: number | undefined;
  readonly transfer?: string | undefined;
}

export interface Refund {
  readonly id: string;
  readonly intentId: string;
  readonly amount: number;
  readonly metadata: Metadata;
  readonly atMs: number;
  failed?: boolean;
}

/** `needs_response` is the only state here in which a dispute is open. */
export type DisputeStatus = 'needs_response' | 'won' | 'lost';

/** What the customer's bank takes back: all of it is gone until the dispute is won. */
export interface Dispute {
  readonly id: string;
  readonly intentId: string;
  readonly amount: number;
  readonly reason: string;
  readonly atMs: number;
  status: DisputeStatus;
}

export interface PaymentError {
  readonly type?: 'card_error' | 'invalid_request_error';
  readonly code: string;
  readonly declineCode?: string;
  readonly message: string;
  /** The attempt that failed. */
  readonly charge?: string;
}

type Created = Pick<Intent, 'id' | 'amount' | 'currency' | 'metadata' | 'createdAtMs'>;

/** What is optional is missing in journals of earlier versions. */
export type Entry =
  | ({ readonly kind: 'customer' } & Customer)
  | ({ readonly kind: 'created' } & Created & Partial<IntentTerms>)
  | { readonly kind: 'failed'; readonly id: string }
  | { readonly kind: 'declined'; readonly id: string; readonly error: PaymentError }
  | { readonly kind: 'awaiting'; readonly id: string; readonly action: Action }
  | { readonly kind: 'expired'; readonly id: string }
  | { readonly kind: 'captured'; readonly id: string; readonly charge?: string }
  | { readonly kind: 'canceled'; readonly id: string }
  | ({ readonly kind: 'refunded' } & Refund)
  | { readonly kind: 'refund-failed'; readonly id: string; readonly intentId: string }
  | ({ readonly kind: 'disputed' } & Omit<Dispute, 'status'>)
  | {
      readonly kind: 'dispute-closed';
      readonly id: string;
      readonly intentId: string;
      readonly status: Exclude<DisputeStatus, 'needs_response'>;
    }
  | RememberedAnswer;

export const EXPIRED: PaymentError = {
  type: 'invalid_request_error',
  code: 'payment_intent_payment_attempt_expired',
  message: 'The customer did not pay in time.',
};

export class PaymentBooks {
  readonly intents: Intent[] = [];
  readonly customers = new Map<string, Customer>();
  readonly keys: IdempotencyKeys;
  /** Of all intents, in the order in which they were opened. */
  readonly disputes: Dispute[] = [];
  readonly #byId = new Map<string, Intent>();
  readonly #byRefund = new Map<string, Intent>();
  readonly #byDispute = new Map<string, Dispute>();

  constructor(keyLifetimeMs?: number) {
    this.keys = new IdempotencyKeys(keyLifetimeMs);
  }

  intent(id: string): Intent | undefined {
    return this.#byId.get(id);
  }

  intentOfRefund(refundId: string): Intent | undefined {
    return this.#byRefund.get(refundId);
  }

  dispute(id: string): Dispute | undefined {
    return this.#byDispute.get(id);
  }

  apply(entry: Entry): void {
    switch (entry.kind) {
      case 'answered':
        return this.keys.remember(entry);
      case 'customer':
        this.customers.set(entry.id, entry);
        return;
      case 'created':
        return this.#add(entry);
      case 'refunded':
      case 'refund-failed':
        return this.#refund(entry);
      case 'disputed':
        return this.#dispute(entry);
      case 'dispute-closed':
        this.#knownDispute(entry.id).status = entry.status;
        return;
      default:
        return progress(this.#known(entry.id), entry);
    }
  }

  #known(id: string): Intent {
    const intent = this.#byId.get(id);
    if (intent === undefined) throw new Error(`the journal names an unknown intent: ${id}`);
    return intent;
  }

  #refund(entry: Entry & { kind: 'refunded' | 'refund-failed' }): void {
    const intent = this.#known(entry.intentId);
    if (entry.kind === 'refunded') {
      intent.amountRefunded += entry.amount;
      intent.refunds.push({ ...entry });
      this.#byRefund.set(entry.id, intent);
      return;
    }
    const refund = intent.refunds.find(({ id }) => id === entry.id);
    if (refund === undefined) throw new Error(`the journal names an unknown refund: ${entry.id}`);
    intent.amountRefunded -= refund.amount;
    refund.failed = true;
  }

  #dispute({ id, intentId, amount, reason, atMs }: Entry & { kind: 'disputed' }): void {
    const dispute: Dispute = { id, intentId, amount, reason, atMs, status: 'needs_response' };
    this.#known(intentId).disputes.push(dispute);
    this.disputes.push(dispute);
    this.#byDispute.set(id, dispute);
  }

  #knownDispute(id: string): Dispute {
    const dispute = this.#byDispute.get(id);
    if (dispute === undefined) throw new Error(`the journal names an unknown dispute: ${id}`);
    return dispute;
  }

  #add(entry: Entry & { kind: 'created' }): void {
    const { id, amount, currency, metadata, createdAtMs, methods = ['card'] } = entry;
    const { customer, receiptEmail, konbiniDays, transfer } = entry;
    const intent: Intent = {
      ...{ id, amount, currency, metadata, createdAtMs, methods },
      ...{ customer, receiptEmail, konbiniDays, transfer },
      status: 'requires_payment_method',
      captures: 0,
      attempts: 0,
      amountRefunded: 0,
      lastError: undefined,
      action: undefined,
      charge: undefined,
      refunds: [],
      disputes: [],
    };
    this.intents.push(intent);
    this.#byId.set(intent.id, intent);
  }
}

type Progress = Extract<
  Entry,
  { kind: 'failed' | 'declined' | 'awaiting' | 'expired' | 'captured' | 'canceled' }
>;

const progress = (intent: Intent, entry: Progress): void => {
  switch (entry.kind) {
    case 'failed':
      intent.attempts += 1;
      return;
    case 'declined':
      intent.attempts += 1;
      intent.status = 'requires_payment_method';
      intent.lastError = entry.error;
      intent.charge = entry.error.charge;
      return;
    case 'awaiting':
      intent.attempts += 1;
      intent.status = 'requires_action';
      intent.action = entry.action;
      intent.lastError = undefined;
      return;
    case 'expired':
      intent.status = 'requires_payment_method';
      intent.action = undefined;
      intent.lastError = EXPIRED;
      return;
    case 'captured':
      // what was paid by the customer was asked for before
      if (intent.action === undefined) intent.attempts += 1;
      intent.captures += 1;
      intent.status = 'succeeded';
      intent.action = undefined;
      intent.lastError = undefined;
      intent.charge = entry.charge ?? intent.id.replace('pi_', 'ch_');
      return;
    case 'canceled':
      intent.status = 'canceled';
      intent.action = undefined;
      return;
  }
};

/** Gone, for good or until it is won. */
export const disputedOf = ({ disputes }: Intent): number =>
  disputes.reduce((sum, { status, amount }) => (status === 'won' ? sum : sum + amount), 0);

/** One intent for an audit. */
export const auditOf = (intent: Intent) => ({
  intentId: intent.id,
  orderId: intent.metadata['order_id'] ?? null,
  method: intent.action?.method ?? intent.methods[0] ?? 'card',
  status: intent.status,
  amount: intent.amount,
  currency: intent.currency,
  captures: intent.captures,
  captured: intent.captures * intent.amount,
  refunded: intent.amountRefunded,
  refunds: intent.refunds.map(({ id, amount, failed, metadata: { return_id: returnId } }) => ({
    id,
    amount,
    ...(returnId !== undefined && { returnId }),
    ...(failed && { failed }),
  })),
  ...(intent.disputes.length > 0 && {
    disputed: disputedOf(intent),
    disputes: intent.disputes.map(({ id, amount, reason, status }) => ({
      ...{ id, amount, reason, status },
    })),
  }),
  createdAt: new Date(intent.createdAtMs).toISOString(),
});
