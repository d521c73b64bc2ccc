import {
  chargebackOpened,
  chargebackWon,
  merchantCreated,
  merchantUpdated,
  orderCompleted,
  paymentCompleted,
  refundCompleted,
} from '#contracts';
import type { CloudEvent } from '#messaging';
import { factReader, momentOf, type FactOf } from '#reader';
import type { MoneyFact } from './order-money.js';

/** `payment.failed` and `chargeback.lost` move nothing; the rest of an order's life brings no money. */
const moneyContracts = [
  ...([paymentCompleted, refundCompleted, chargebackOpened, chargebackWon] as const),
  orderCompleted,
] as const;
export const readMoneyFacts = factReader(moneyContracts);
export type ReadMoneyFact = FactOf<(typeof moneyContracts)[number]>;

export const readMerchantFacts = factReader([merchantCreated, merchantUpdated]);
export type ReadMerchantFact = FactOf<typeof merchantCreated | typeof merchantUpdated>;

/** A fact with whom the money is for, which all facts of an order say alike. */
export interface OwnedFact extends MoneyFact {
  readonly merchantId: string;
  readonly currency: string;
  /** That told it. */
  readonly event: Pick<CloudEvent, 'source' | 'id'>;
}

/** Who is named otherwise could not be named in a settlement. */
const MAX_MERCHANT_ID = 64;

/**
 * @throws Error for a time that is none, or a merchant who cannot be; alone in its batch, the fact is a
 *   dead letter
 */
export function moneyFactOf(fact: ReadMoneyFact): OwnedFact {
  const { data } = fact;
  const { length } = data.merchantId;
  if (length < 1 || length > MAX_MERCHANT_ID) {
    throw new Error(
      `a merchant's id has 1 to ${MAX_MERCHANT_ID} characters, and this one ${length}`,
    );
  }
  return {
    // The database gives ids back in lower case.
    orderId: data.orderId.toLowerCase(),
    type: fact.name,
    revision: data.revision,
    at: momentOf(data.occurredAt),
    merchantId: data.merchantId,
    currency: data.currency,
    event: fact.event,
    ...amountsOf(fact),
  };
}

function amountsOf(fact: ReadMoneyFact): Pick<MoneyFact, 'amount' | 'fee' | 'subject'> {
  switch (fact.name) {
    case 'payment.completed':
      return { amount: fact.data.amount, fee: fact.data.fee ?? 0 };
    case 'refund.completed':
      return { amount: fact.data.refunded, fee: fact.data.feeReturned ?? 0 };
    case 'chargeback.opened':
    case 'chargeback.won':
      return { amount: fact.data.disputed, fee: 0, subject: fact.data.chargebackId };
    case 'order.completed':
      return { amount: 0, fee: 0 };
  }
}

export const nameOf = ({ type, revision, orderId }: MoneyFact): string =>
  `${type} at revision ${revision} of order ${orderId}`;
