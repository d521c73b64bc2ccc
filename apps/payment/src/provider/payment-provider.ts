/** What payment needs of a provider of payments, whoever that is. */
import type { PaymentInstructions, PaymentMethod } from '#contracts';

/** Where an intent stands, as the provider's own books say. Amounts in minor units. */
export type IntentState =
  /** Not confirmed: nothing was taken, and nothing will be without another confirmation. */
  | { readonly kind: 'unconfirmed' }
  /** The provider has not decided yet. */
  | { readonly kind: 'processing' }
  /** The customer has been told how to pay, and can: it becomes `captured` or `expired`. */
  | { readonly kind: 'awaiting-customer'; readonly instructions: CustomerInstructions }
  | { readonly kind: 'captured'; readonly amount: number }
  /** Another confirmation may take the money yet. */
  | { readonly kind: 'declined'; readonly code: string }
  /** The time to pay ran out; nothing was taken. */
  | { readonly kind: 'expired' }
  /** Nothing was taken, and nothing can be any more. `code`: why it was declined before, if it was. */
  | { readonly kind: 'canceled'; readonly code?: string };

/** Some providers know no end to it: then there is no `payBy`. */
export type CustomerInstructions = Omit<PaymentInstructions, 'payBy'> & {
  readonly payBy?: string;
};

export interface NewIntent {
  readonly orderId: string;
  /** Counts from 1; each has an intent of its own. */
  readonly attempt: number;
  readonly amount: number;
  /** ISO 4217, upper case. */
  readonly currency: string;
  readonly method: PaymentMethod;
  readonly payer: Payer;
}

/** Whom the provider writes to, where it does. */
export interface Payer {
  readonly customerId: string;
  readonly email?: string;
}

/** How an intent is to be paid: by the card behind a token, or by the customer within some days. */
export type PayWith =
  | { readonly method: 'credit_card'; readonly token: string }
  | {
      readonly method: Exclude<PaymentMethod, 'credit_card'>;
      readonly payer: Payer;
      readonly payWithinMs: number;
    };

/** Money to give back: a part for the goods of a return, or all that is left. */
export interface Refund {
  readonly orderId: string;
  readonly intentId: string;
  readonly part?: { readonly returnId: string; readonly amount: number };
}

/** From `from` until before `to`, in whole seconds: a second that has begun is not over. */
export interface TimeRange {
  readonly from: Date;
  readonly to: Date;
}

/** An intent as the provider's books have it. Amounts in minor units. */
export interface BookedIntent {
  readonly intentId: string;
  /** Absent when somebody else made it. */
  readonly orderId?: string;
  readonly amount: number;
  /** ISO 4217, upper case. */
  readonly currency: string;
  readonly status: IntentState['kind'];
  /** All that was ever taken, and given back. */
  readonly captured: number;
  readonly refunded: number;
}

export interface IntentPage {
  readonly intents: readonly BookedIntent[];
  /** The cursor of the next page; absent on the last. */
  readonly next?: string;
}

/** A dispute as the provider's books have it: the customer's bank has taken money back. */
export interface BookedDispute {
  readonly disputeId: string;
  readonly intentId: string;
  /** Absent when somebody else made the intent. */
  readonly orderId?: string;
  /** Minor units, more than 0; with what was refunded it may exceed what was captured. */
  readonly amount: number;
  /** ISO 4217, upper case. */
  readonly currency: string;
  /** The provider's code. */
  readonly reason: string;
  /** Of one that was lost the money is gone, and may come back by appeal. */
  readonly status: 'open' | 'won' | 'lost';
}

export interface DisputePage {
  readonly disputes: readonly BookedDispute[];
  /** The cursor of the next page; absent on the last. */
  readonly next?: string;
}

/**
 * Every method may be repeated after any of its failures: intents and refunds are made under keys
 * that follow from the order and the attempt or the return, and an intent is captured at most once.
 *
 * All throw `OutboundError` when there was no usable answer (what was asked for may have been done),
 * and `ProviderRejection` when the provider understood and will not do it.
 */
export abstract class PaymentProvider {
  /** Makes an intent that takes no money before it is confirmed. @returns its id */
  abstract createIntent(intent: NewIntent): Promise<string>;
  /** Takes the money, or asks the customer for it. A card that is refused is a state, not an error. */
  abstract confirmIntent(intentId: string, payWith: PayWith): Promise<IntentState>;
  abstract findIntent(intentId: string): Promise<IntentState>;
  /** @returns where the intent stands then: `captured` when it was too late to cancel */
  abstract cancelIntent(intentId: string): Promise<IntentState>;
  /** Gives back a part, once its return, or all that is left. @returns how much that was or is */
  abstract refund(refund: Refund): Promise<number>;
  /** All that was ever given back, in minor units. */
  abstract totalRefunded(intentId: string): Promise<number>;
  /** All intents that were made in this time, newest first, page by page. */
  abstract listIntents(range: TimeRange, cursor?: string): Promise<IntentPage>;
  /** All disputes of an intent that have moved money, in the order in which they were opened. */
  abstract disputesOf(intentId: string): Promise<readonly BookedDispute[]>;
  /** All disputes that were opened in this time and have moved money, newest first, page by page. */
  abstract listDisputes(range: TimeRange, cursor?: string): Promise<DisputePage>;
}

/** The provider will not do it however often it is asked. It holds codes only, no text of theirs. */
export class ProviderRejection extends Error {
  override readonly name = 'ProviderRejection';

  constructor(readonly code: string) {
    super(`the payment provider rejects it: ${code}`);
  }
}
