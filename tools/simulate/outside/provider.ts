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
import type { World } from '../world/world.js';
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

  /** @param world told of what was met, and of what nobody may ask for */
  constructor(private readonly world: Pick<World, 'met' | 'violated'>) {}

  create({ orderId, attempt, amount, currency }: NewIntent): string {
    const key = `${orderId}-${attempt}`;
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const id = `pi_${this.intents.size + 1}`;
    this.byKey.set(key, id);
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
    if (kind === 'canceled') this.world.met('confirmation of a closed intent');
    if (kind !== 'unconfirmed' && kind !== 'declined') return intent.state;
    intent.attempts += 1;
    if (payWith.method !== 'credit_card') {
      const instructions = { reference: `pay ${id}` };
      this.onCustomersTurn(intent.orderId);
      return (intent.state = { kind: 'awaiting-customer', instructions });
    }
    if (payWith.token === 'tok_declined') {
      intent.declined += 1;
      this.onCustomersTurn(intent.orderId);
      return (intent.state = { kind: 'declined', code: 'card_declined' });
    }
    return this.capture(intent);
  }

  /** The customer of this order pays what was asked for. @returns whether there was something to pay */
  customerPays(orderId: string): boolean {
    const intent = this.of(orderId).find(({ state }) => state.kind === 'awaiting-customer');
    if (intent) this.capture(intent);
    return intent !== undefined;
  }

  /** How many of the order's cards were declined. */
  declinedOf(orderId: string): number {
    return this.of(orderId).reduce((sum, { declined }) => sum + declined, 0);
  }

  /** One for each card that was tried. */
  of(orderId: string): Intent[] {
    return [...this.intents.values()].filter((intent) => intent.orderId === orderId);
  }

  private capture(intent: Intent): IntentState {
    intent.captures += 1;
    intent.captured += intent.amount;
    return (intent.state = { kind: 'captured', amount: intent.amount });
  }

  cancel(id: string): IntentState {
    const intent = this.find(id);
    const { state } = intent;
    if (state.kind === 'captured' || state.kind === 'canceled') return state;
    const code = state.kind === 'declined' ? { code: state.code } : {};
    return (intent.state = { kind: 'canceled', ...code });
  }

  /** All that is left, or a part once its return. */
  refund(id: string, part?: Refund['part']): number {
    const intent = this.find(id);
    if (intent.state.kind !== 'captured') throw this.refused(intent, 'not_captured');
    const given = part && intent.parts.get(part.returnId);
    if (given !== undefined) {
      this.world.met('refund of a return tried again');
      return given;
    }
    const left = intent.captured - intent.refunded;
    const amount = part?.amount ?? left;
    if (amount > left) throw this.refused(intent, 'amount_too_large');
    intent.refunded += amount;
    if (part) intent.parts.set(part.returnId, amount);
    return part ? amount : intent.captured;
  }

  /** A refund that is never to be asked for: it would be one of what was not taken. */
  private refused({ orderId }: Intent, code: string): ProviderRejection {
    this.world.violated(`a refund for ${orderId} was asked for that the provider refuses: ${code}`);
    return new ProviderRejection(code);
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
