import {
  eventType,
  stockAdjusted,
  stockInsufficient,
  stockReleased,
  stockReserved,
  type Effect,
} from '#contracts';
import type { OutgoingEvent } from '#messaging';
import type { Reservation } from './reservation.js';
import type { StockFact } from './shelf.js';
import type { Stock } from './stock.js';

const CONTRACTS = {
  reserved: stockReserved,
  insufficient: stockInsufficient,
  released: stockReleased,
  adjusted: stockAdjusted,
};

/** `kind: adjusted`: set by a person, with the difference as quantity. */
export interface AdjustedFact {
  readonly kind: 'adjusted';
  readonly quantity: number;
  readonly stock: Stock;
}

/** @param time RFC 3339, the same for all of a batch */
export function factEvent(fact: StockFact | AdjustedFact, time: string): OutgoingEvent {
  const { name, topic } = CONTRACTS[fact.kind];
  const { productId, revision, onHand, reserved } = fact.stock;
  const orderId = 'orderId' in fact ? fact.orderId : undefined;
  return {
    topic,
    key: productId,
    // A change is told from all others by its revision; a shortage changes nothing.
    id:
      fact.kind === 'insufficient'
        ? `${name}:${productId}@${revision}:${orderId}`
        : `${name}:${productId}@${revision}`,
    source: 'inventory',
    type: eventType(name),
    subject: productId,
    time,
    data: {
      productId,
      revision,
      ...(orderId !== undefined && { orderId }),
      quantity: fact.quantity,
      onHand,
      reserved,
      occurredAt: time,
    },
  };
}

/** All that the order has moved so far, for the ledger of its saga. */
export const effectOf = ({ orderId, taken, returned, revision }: Reservation): Effect => ({
  id: `stock:${orderId}`,
  kind: 'stock',
  unit: 'pcs',
  taken,
  returned,
  revision,
});
