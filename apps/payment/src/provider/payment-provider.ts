/** What payment needs of a provider of card payments, whoever that is. */

/** Where an intent stands, as the provider's own books say. Amounts in minor units. */
export type IntentState =
  /** Not confirmed: nothing was taken, and nothing will be without another confirmation. */
  | { readonly kind: 'unconfirmed' }
  /** The provider has not decided yet. */
  | { readonly kind: 'processing' }
  | { readonly kind: 'captured'; readonly amount: number }
  | { readonly kind: 'declined'; readonly code: string }
  | { readonly kind: 'canceled' };

export interface NewIntent {
  readonly orderId: string;
  readonly amount: number;
  /** ISO 4217, upper case. */
  readonly currency: string;
}

/** Money to give back: a part for the goods of a return, or all that is left. */
export interface Refund {
  readonly orderId: string;
  readonly intentId: string;
  readonly part?: { readonly returnId: string; readonly amount: number };
}

/**
 * Every method may be repeated after any of its failures: intents and refunds are made under keys
 * that follow from the order or the return, and an intent is captured at most once.
 *
 * All throw `OutboundError` when there was no usable answer (what was asked for may have been done),
 * and `ProviderRejection` when the provider understood and will not do it.
 */
export abstract class PaymentProvider {
  /** Makes an intent that takes no money before it is confirmed. @returns its id */
  abstract createIntent(intent: NewIntent): Promise<string>;
  /** Takes the money. A card that is refused is a state, not an error. */
  abstract confirmIntent(intentId: string, token: string): Promise<IntentState>;
  abstract findIntent(intentId: string): Promise<IntentState>;
  /** @returns where the intent stands then: `captured` when it was too late to cancel */
  abstract cancelIntent(intentId: string): Promise<IntentState>;
  /** Gives back a part, once its return, or all that is left. @returns how much that was or is */
  abstract refund(refund: Refund): Promise<number>;
  /** All that was ever given back, in minor units. */
  abstract totalRefunded(intentId: string): Promise<number>;
}

/** The provider will not do it however often it is asked. It holds codes only, no text of theirs. */
export class ProviderRejection extends Error {
  override readonly name = 'ProviderRejection';

  constructor(readonly code: string) {
    super(`the payment provider rejects it: ${code}`);
  }
}
