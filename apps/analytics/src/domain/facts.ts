/** What is kept of a fact: enough to work out all figures again. */
import {
  chargebackOpened,
  chargebackWon,
  merchantCreated,
  merchantUpdated,
  orderCancelled,
  orderCompleted,
  orderReturned,
  paymentCompleted,
  paymentFailed,
  paymentRequested,
  refundCompleted,
} from '#contracts';
import type { CloudEvent } from '#messaging';
import { factReader, momentOf, type FactOf } from '#reader';
import { dayIn } from './day-in.js';

const contracts = [
  ...([orderCompleted, orderCancelled, orderReturned] as const),
  ...([paymentRequested, paymentCompleted, paymentFailed, refundCompleted] as const),
  ...([chargebackOpened, chargebackWon] as const),
  ...([merchantCreated, merchantUpdated] as const),
] as const;

export const FACT_TYPES = contracts.map(({ name }) => name);

/** By their number in the database: only ever added to. */
export const FACT_KINDS = {
  'order.completed': 1,
  'order.cancelled': 2,
  'order.returned': 3,
  'payment.requested': 4,
  'payment.completed': 5,
  'payment.failed': 6,
  'refund.completed': 7,
  'chargeback.opened': 8,
  'chargeback.won': 9,
} as const;
export type FactKind = keyof typeof FACT_KINDS;

/** One fact of an order or of its payment; (order, kind, revision) is it and no other. */
export interface OrderFact {
  readonly orderId: string;
  readonly kind: FactKind;
  readonly revision: number;
  /** Epoch ms. */
  readonly at: number;
  readonly merchantId: string;
  readonly channel: string;
  readonly currency: string;
  /** Of the order or of the payment. */
  readonly amount: number;
  /** Completed: the merchant's fee. Refund: all that was given back so far. Chargeback: what is disputed. */
  readonly moved: number;
  /** Refund: what was given back this time, where the fact says so. */
  readonly given: number | null;
  /** Refund: the fee that went back with it. */
  readonly feeReturned: number;
  readonly chargebackId: string | null;
}

/** From this moment on, until a later revision says otherwise, the merchant's days begin there. */
export interface ZoneFact {
  readonly merchantId: string;
  readonly revision: number;
  /** Epoch ms. */
  readonly at: number;
  readonly timeZone: string;
}

/** With the event that told it. */
export type Told<Data> = Data & { readonly event: Pick<CloudEvent, 'source' | 'id'> };

export interface Facts {
  readonly orders: readonly Told<OrderFact>[];
  readonly zones: readonly Told<ZoneFact>[];
}

const read = factReader(contracts);

/**
 * Facts of other types are passed over.
 * @throws for one that breaks its contract; alone in its batch, it becomes a dead letter
 */
export function factsOf(events: readonly CloudEvent[]): Facts {
  const orders: Told<OrderFact>[] = [];
  const zones: Told<ZoneFact>[] = [];
  for (const fact of read(events)) {
    const { event } = fact;
    if (fact.name === 'merchant.created' || fact.name === 'merchant.updated') {
      zones.push({ ...zoneFactOf(fact), event });
    } else {
      orders.push({ ...orderFactOf(fact), event });
    }
  }
  return { orders, zones };
}

type Fact = FactOf<(typeof contracts)[number]>;
type MerchantFact = Extract<Fact, { name: `merchant.${string}` }>;

function zoneFactOf({ data }: MerchantFact): ZoneFact {
  const { merchantId, revision, timeZone, occurredAt } = data;
  const at = momentOf(occurredAt);
  // It throws for what is no time zone, before anything is counted by it.
  dayIn(timeZone, at);
  return { merchantId, revision, timeZone, at };
}

function orderFactOf(fact: Exclude<Fact, MerchantFact>): OrderFact {
  const { orderId, revision, merchantId, channel, currency, occurredAt } = fact.data;
  return {
    // As the database writes them.
    orderId: orderId.toLowerCase(),
    ...{ kind: fact.name, revision, at: momentOf(occurredAt), merchantId, channel, currency },
    ...{ amount: 0, moved: 0, given: null, feeReturned: 0, chargebackId: null },
    ...partsOf(fact),
  };
}

function partsOf({ name, data }: Exclude<Fact, MerchantFact>): Partial<OrderFact> {
  switch (name) {
    case 'order.completed':
    case 'order.cancelled':
    case 'order.returned':
      return { amount: data.totalAmount };
    case 'payment.completed':
      return { amount: data.amount, moved: data.fee ?? 0 };
    case 'refund.completed': {
      const { amount, refunded, given = null, feeReturned = 0 } = data;
      return { amount, moved: refunded, given, feeReturned };
    }
    case 'chargeback.opened':
    case 'chargeback.won':
      return { amount: data.amount, moved: data.disputed, chargebackId: data.chargebackId };
    default:
      return { amount: data.amount };
  }
}
