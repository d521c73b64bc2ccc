/** What an order was, made of the facts that were there by then; in whatever order they came. */
import {
  nameOfType,
  orderCancelled,
  orderCompleted,
  orderConfirmed,
  orderCreated,
  orderReturned,
  orderShipped,
} from '#contracts';
import type { z } from 'zod';
import { understood, type KnownFact, type Since, type Understood } from './known-facts.js';
import { OF_PAYMENT, paymentAsOf, type PaymentAsOf } from './payment-as-of.js';
import { OF_SHIPMENT, shipmentAsOf, type ShipmentAsOf } from './shipment-as-of.js';

export interface OrderState extends Since {
  readonly status: string;
  readonly customerId: string;
  readonly merchantId: string;
  readonly channel: string;
  readonly currency: string;
  readonly totalAmount: number;
  /** Absent where the first fact of the order is not there. */
  readonly items?: z.output<typeof orderCreated.data>['items'];
  readonly shippingAddress?: z.output<typeof orderCreated.data>['shippingAddress'];
  readonly trackingNumber?: string;
  readonly reason?: { readonly code: string; readonly message: string };
}

export interface OrderAsOf {
  readonly order?: OrderState;
  readonly payment?: PaymentAsOf;
  readonly shipment?: ShipmentAsOf;
  /** All that had happened, the oldest first. */
  readonly history: readonly HistoryEntry[];
}

export interface HistoryEntry {
  readonly id: string;
  readonly time: string;
  /** The contract's name. */
  readonly name: string;
  readonly about: string;
  readonly revision?: number;
  /** False where its contract does not know it so: then the state says nothing of it. */
  readonly understood: boolean;
}

const OF_ORDER = [
  ...([orderCreated, orderConfirmed, orderShipped, orderCompleted] as const),
  ...([orderCancelled, orderReturned] as const),
] as const;

/** @param facts the oldest first */
export function orderAsOf(facts: readonly KnownFact[]): OrderAsOf {
  const order = stateOf(understood(facts, OF_ORDER));
  const payment = paymentAsOf(facts);
  const shipment = shipmentAsOf(facts);
  return {
    ...(order && { order }),
    ...(payment && { payment }),
    ...(shipment && { shipment }),
    history: facts.map(entryOf),
  };
}

function stateOf(facts: readonly Understood<(typeof OF_ORDER)[number]>[]): OrderState | undefined {
  const last = facts.at(-1);
  if (last === undefined) return undefined;
  const { status, customerId, merchantId, channel, currency, totalAmount } = last.data;
  let more: Partial<OrderState> = {};
  for (const { name, data } of facts) {
    if (name === 'order.created') {
      more = { ...more, items: data.items, shippingAddress: data.shippingAddress };
    } else if (name === 'order.shipped' && data.trackingNumber !== undefined) {
      more = { ...more, trackingNumber: data.trackingNumber };
    } else if (name === 'order.cancelled') more = { ...more, reason: data.reason };
  }
  return { ...last.since, status, customerId, merchantId, channel, currency, totalAmount, ...more };
}

const entryOf = (fact: KnownFact): HistoryEntry => ({
  id: fact.id,
  time: fact.time,
  name: nameOfType(fact.type) ?? fact.type,
  about: fact.aggregateType,
  ...(fact.revision !== undefined && { revision: fact.revision }),
  understood: understood([fact], [...OF_ORDER, ...OF_PAYMENT, ...OF_SHIPMENT]).length > 0,
});
