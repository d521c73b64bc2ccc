import { runtime } from '#platform';
import {
  PaymentProvider,
  ProviderRejection,
  type BookedDispute,
  type BookedIntent,
  type DisputePage,
  type IntentPage,
  type IntentState,
  type NewIntent,
  type PayWith,
  type Refund,
  type TimeRange,
} from '../../../apps/payment/src/provider/payment-provider.js';
import type { Actor } from '../world/scheduler.js';
import type { OutsideLine } from './line.js';

export interface Intent {
  readonly id: string;
  readonly orderId: string;
  readonly amount: number;
  readonly currency: string;
  readonly createdAt: Date;
  state: IntentState;
  /** Confirmations that were tried, and those that were declined. */
  attempts: number;
  declined: number;
  captured: number;
  refunded: number;
  /** What was given back for each return. */
  readonly parts: Map<string, number>;
  /** How often money was taken. */
  captures: number;
}

/** What the payment provider knows: its own books, whatever our tables say. */
export class ProviderBooks {
  readonly intents = new Map<string, Intent>();
  /** Told when it is the customer's turn: to pay by transfer, or to bring another card. */
  onCustomersTurn: (orderId: string) => void = () => undefined;
  private readonly byKey = new Map<string, string>();

  /** @param onRepeated told of what was asked for again after it had been done */
  constructor(private readonly onRepeated: (what: string) => void) {}

  create({ orderId, amount, currency }: NewIntent): string {
    const known = this.byKey.get(orderId);
    if (known !== undefined) return known;
    const id = `pi_${this.intents.size + 1}`;
    this.byKey.set(orderId, id);
    const state: IntentState = { kind: 'unconfirmed' };
    const nothing = { attempts: 0, declined: 0, captured: 0, refunded: 0, captures: 0 };
    const parts = new Map<string, number>();
    const made = { id, orderId, amount, currency, createdAt: runtime.date() };
    this.intents.set(id, { ...made, state, parts, ...nothing });
    return id;
  }

  find(id: string): Intent {
    const intent = this.intents.get(id);
    if (!intent) throw new ProviderRejection('resource_missing');
    return intent;
  }

  confirm(id: string, payWith: PayWith): IntentState {
    const intent = this.find(id);
    const { kind } = intent.state;
    if (kind !== 'unconfirmed' && kind !== 'declined') return intent.state;
    intent.attempts += 1;
    if (payWith.method !== 'credit_card') {
      const instructions = { reference: `pay ${id}` };
      this.onCustomersTurn(intent.orderId);
      return (intent.state = { kind: 'awaiting-customer', instructions });
    }
    if (payWith.token === 'tok_declined') {
      intent.declined += 1;
      const attempt = `${id}-${intent.attempts}`;
      this.onCustomersTurn(intent.orderId);
      return (intent.state = { kind: 'declined', code: 'card_declined', attempt });
    }
    return this.capture(intent);
  }

  /** The customer of this order pays what was asked for. @returns whether there was something to pay */
  customerPays(orderId: string): boolean {
    const intent = this.intents.get(this.byKey.get(orderId) ?? '');
    if (intent?.state.kind !== 'awaiting-customer') return false;
    this.capture(intent);
    return true;
  }

  /** How many of the order's cards were declined. */
  declinedOf(orderId: string): number {
    return this.intents.get(this.byKey.get(orderId) ?? '')?.declined ?? 0;
  }

  private capture(intent: Intent): IntentState {
    intent.captures += 1;
    intent.captured += intent.amount;
    return (intent.state = { kind: 'captured', amount: intent.amount });
  }

  cancel(id: string): IntentState {
    const intent = this.find(id);
    if (intent.state.kind === 'captured') return intent.state;
    return (intent.state = { kind: 'canceled' });
  }

  /** All that is left, or a part once its return. */
  refund(id: string, part?: Refund['part']): number {
    const intent = this.find(id);
    if (intent.state.kind !== 'captured') throw new ProviderRejection('not_captured');
    const given = part && intent.parts.get(part.returnId);
    if (given !== undefined) {
      this.onRepeated('refund of a return');
      return given;
    }
    const left = intent.captured - intent.refunded;
    const amount = part?.amount ?? left;
    if (amount > left) throw new ProviderRejection('amount_too_large');
    intent.refunded += amount;
    if (part) intent.parts.set(part.returnId, amount);
    return part ? amount : intent.captured;
  }

  /** On one page, newest first. */
  list({ from, to }: TimeRange): IntentPage {
    const made = [...this.intents.values()].filter(
      ({ createdAt }) => createdAt >= from && createdAt < to,
    );
    return { intents: made.reverse().map(booked) };
  }
}

const booked = (intent: Intent): BookedIntent => ({
  intentId: intent.id,
  orderId: intent.orderId,
  amount: intent.amount,
  currency: intent.currency,
  status: intent.state.kind,
  captured: intent.captured,
  refunded: intent.refunded,
});

/** One process's client of the provider. */
export class SimPaymentProvider extends PaymentProvider {
  constructor(
    private readonly line: OutsideLine,
    private readonly books: ProviderBooks,
    private readonly actor: Actor,
  ) {
    super();
  }

  createIntent(intent: NewIntent): Promise<string> {
    return this.line.call(this.actor, `create ${intent.orderId}`, () => this.books.create(intent));
  }

  confirmIntent(id: string, payWith: PayWith): Promise<IntentState> {
    return this.line.call(this.actor, `confirm ${id}`, () => this.books.confirm(id, payWith));
  }

  findIntent(id: string): Promise<IntentState> {
    return this.line.call(this.actor, `find ${id}`, () => this.books.find(id).state);
  }

  cancelIntent(id: string): Promise<IntentState> {
    return this.line.call(this.actor, `cancel ${id}`, () => this.books.cancel(id));
  }

  refund({ intentId, part }: Refund): Promise<number> {
    const what = `refund ${intentId}${part ? ` for ${part.returnId}` : ''}`;
    return this.line.call(this.actor, what, () => this.books.refund(intentId, part));
  }

  totalRefunded(id: string): Promise<number> {
    return this.line.call(this.actor, `refunded of ${id}`, () => this.books.find(id).refunded);
  }

  /** No bank takes anything back here. */
  disputesOf(id: string): Promise<readonly BookedDispute[]> {
    return this.line.call(this.actor, `disputes of ${id}`, () => []);
  }

  listDisputes(): Promise<DisputePage> {
    return this.line.call(this.actor, 'list disputes', () => ({ disputes: [] }));
  }

  listIntents(range: TimeRange): Promise<IntentPage> {
    return this.line.call(this.actor, 'list intents', () => this.books.list(range));
  }
}
