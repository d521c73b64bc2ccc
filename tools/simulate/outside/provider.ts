import {
  PaymentProvider,
  ProviderRejection,
  type IntentState,
  type NewIntent,
  type Refund,
} from '../../../apps/payment/src/provider/payment-provider.js';
import type { Actor } from '../world/scheduler.js';
import type { OutsideLine } from './line.js';

interface Intent {
  readonly id: string;
  readonly orderId: string;
  readonly amount: number;
  state: IntentState;
  captured: number;
  refunded: number;
  /** How often money was taken. */
  captures: number;
}

/** What the payment provider knows: its own books, whatever our tables say. */
export class ProviderBooks {
  readonly intents = new Map<string, Intent>();
  private readonly byKey = new Map<string, string>();

  create({ orderId, amount }: NewIntent): string {
    const known = this.byKey.get(orderId);
    if (known !== undefined) return known;
    const id = `pi_${this.intents.size + 1}`;
    this.byKey.set(orderId, id);
    const state: IntentState = { kind: 'unconfirmed' };
    this.intents.set(id, { id, orderId, amount, state, captured: 0, refunded: 0, captures: 0 });
    return id;
  }

  find(id: string): Intent {
    const intent = this.intents.get(id);
    if (!intent) throw new ProviderRejection('resource_missing');
    return intent;
  }

  confirm(id: string, token: string): IntentState {
    const intent = this.find(id);
    if (intent.state.kind !== 'unconfirmed') return intent.state;
    if (token === 'tok_declined') {
      return (intent.state = { kind: 'declined', code: 'card_declined' });
    }
    intent.captures += 1;
    intent.captured += intent.amount;
    return (intent.state = { kind: 'captured', amount: intent.amount });
  }

  cancel(id: string): IntentState {
    const intent = this.find(id);
    if (intent.state.kind === 'captured') return intent.state;
    return (intent.state = { kind: 'canceled' });
  }

  refund(id: string): number {
    const intent = this.find(id);
    if (intent.state.kind !== 'captured') throw new ProviderRejection('not_captured');
    intent.refunded = intent.captured;
    return intent.captured;
  }
}

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

  confirmIntent(id: string, token: string): Promise<IntentState> {
    return this.line.call(this.actor, `confirm ${id}`, () => this.books.confirm(id, token));
  }

  findIntent(id: string): Promise<IntentState> {
    return this.line.call(this.actor, `find ${id}`, () => this.books.find(id).state);
  }

  cancelIntent(id: string): Promise<IntentState> {
    return this.line.call(this.actor, `cancel ${id}`, () => this.books.cancel(id));
  }

  /** All of it: no order of these worlds is sent back, so there are no parts. */
  refund({ intentId, part }: Refund): Promise<number> {
    if (part) return Promise.reject(new Error('returns are not simulated'));
    return this.line.call(this.actor, `refund ${intentId}`, () => this.books.refund(intentId));
  }

  totalRefunded(id: string): Promise<number> {
    return this.line.call(this.actor, `refunded of ${id}`, () => this.books.find(id).refunded);
  }
}
