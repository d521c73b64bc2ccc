/**
 * One order's payment, as a level: `wanted` is what the saga asked for last, `status` is how far the
 * provider has followed. Whoever works on a payment moves `status` towards `wanted`, however often
 * it is interrupted, so no step has to remember which message it was started by.
 */
import type { PaymentInstructions, PaymentMethod } from '#contracts';

/** `undone` is for good: an order that was taken back is never charged again. */
export type Wanted = 'captured' | 'undone';

/**
 * - `accepted`: nothing that could take money is asked of the provider; an intent of a card before is
 *   closed first.
 * - `intended`: the provider's intent and its id are stored; it may have been confirmed by now.
 * - `captured`: the money was taken.
 * - `declined`: the card was refused; nothing was taken with it, and nothing can be. Another card may
 *   be given.
 * - `expired`: nobody paid in time; nothing was taken, and nothing can be.
 * - `failed`: the provider will not do it, for a fault of ours; nothing was taken.
 * - `canceled`: undone before anything was taken.
 * - `refunded`: undone after it was taken.
 */
export type PaymentStatus =
  | 'accepted'
  | 'intended'
  | 'captured'
  | 'declined'
  | 'expired'
  | 'failed'
  | 'canceled'
  | 'refunded';

/** What goods that came back were paid with, to be given back: once a return, for good. */
export interface GoodsRefund<Address = unknown> {
  readonly returnId: string;
  /** More than 0. */
  readonly amount: number;
  /** The provider has given it back. */
  readonly done: boolean;
  /** Commands that wait for their final answer. */
  readonly to: readonly Address[];
}

/** Amounts in minor units of `currency`. `Address` is where an answer goes; the rules never look. */
export interface Payment<Address = unknown> {
  readonly orderId: string;
  readonly sagaId: string;
  readonly customerId: string;
  readonly merchantId: string;
  readonly channel: string;
  readonly method: PaymentMethod;
  readonly currency: string;
  readonly amount: number;
  /** The encrypted card token; forgotten as soon as the charge is decided. */
  readonly sealedToken: string | null;
  /** Whom the provider tells how to pay, where there is no card; forgotten like the token. */
  readonly email: string | null;
  readonly wanted: Wanted;
  readonly status: PaymentStatus;
  /** The provider's, of the card that was tried last. */
  readonly intentId: string | null;
  readonly captured: number;
  readonly refunded: number;
  /** Why it is `declined` or `failed`: a code of the provider's, never its text. */
  readonly problemCode: string | null;
  /** Counts the cards that were given, from 1; what comes of one says nothing about the next. */
  readonly attempt: number;
  /** How the customer can pay, once that is known; never for cards. */
  readonly instructions: PaymentInstructions | null;
  /** Grows by one with each stored change; facts and effects carry it. */
  readonly revision: number;
  /** Charge commands that wait for their final answer. */
  readonly chargeTo: readonly Address[];
  /** Refund commands that wait for theirs. */
  readonly undoTo: readonly Address[];
  /** In the order in which they were asked for; together never more than was captured. */
  readonly goodsRefunds: readonly GoodsRefund<Address>[];
  /** When the money was taken, ISO 8601; decided once, with the fee. */
  readonly capturedAt: string | null;
  /** What the merchant pays for it, by the rate that counted then. */
  readonly fee: number;
  readonly feeRateId: string | null;
  /** The fee again, once the order was undone; else 0. */
  readonly feeReturned: number;
  /** In the order in which they were opened. */
  readonly chargebacks: readonly Chargeback[];
}

/** Money that the customer's bank has taken back, or did for a time. */
export interface Chargeback {
  /** The provider's. */
  readonly chargebackId: string;
  /** More than 0; with what was refunded it may be more than was captured. */
  readonly disputed: number;
  /** A code of the provider's. */
  readonly reason: string;
  /** `lost`: for good, unless an appeal wins it yet. `won`: the money is there again. */
  readonly status: 'open' | 'lost' | 'won';
}

/** What a charge command asks for. */
export type Charge = Pick<
  Payment,
  | 'orderId'
  | 'sagaId'
  | 'customerId'
  | 'merchantId'
  | 'channel'
  | 'method'
  | 'currency'
  | 'amount'
  | 'sealedToken'
  | 'email'
>;

/** Paid by the customer in hours or days, not by us at once. */
export const isSlow = ({ method }: Pick<Payment, 'method'>): boolean => method !== 'credit_card';

/** Whether the money was taken between these two states, an order of no value included. */
export const isTaken = (before: Payment, after: Payment): boolean =>
  after.captured > 0
    ? before.captured === 0
    : after.status === 'captured' && (before.status === 'accepted' || before.status === 'intended');

/** The code of what was refused because it was taken back first. */
export const UNDONE_CODE = 'undone';

/** An order of no value has no intent at the provider: there is nothing to ask it for. */
export const NO_INTENT = 'none';

export type ChargeVerdict =
  | { readonly kind: 'captured'; readonly intentId: string; readonly amount: number }
  | { readonly kind: 'declined'; readonly code: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'failed'; readonly code: string };

/** The final answer to a charge command; undefined while there is none. */
export function chargeVerdict(payment: Payment): ChargeVerdict | undefined {
  switch (payment.status) {
    case 'accepted':
    case 'intended':
      return undefined;
    case 'captured':
      return {
        kind: 'captured',
        intentId: payment.intentId ?? NO_INTENT,
        amount: payment.captured,
      };
    case 'declined':
      return { kind: 'declined', code: payment.problemCode ?? 'card_declined' };
    case 'expired':
      return { kind: 'expired' };
    case 'failed':
      return { kind: 'failed', code: payment.problemCode ?? 'unknown' };
    case 'canceled':
    case 'refunded':
      return { kind: 'declined', code: UNDONE_CODE };
  }
}

/** The final answer to a refund command, in money given back; undefined while there is none. */
export const undoVerdict = (payment: Payment): { readonly refunded: number } | undefined =>
  payment.status === 'canceled' || payment.status === 'refunded'
    ? { refunded: payment.refunded }
    : undefined;

/** Whether what the goods cost is back with the customer, by itself or with all the rest. */
export const isGivenBack = (payment: Payment, { done }: GoodsRefund): boolean =>
  done || payment.status === 'refunded';
