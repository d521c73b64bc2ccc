import {
  eventType,
  stockAdjusted,
  stockInsufficient,
  stockIssued,
  stockLow,
  stockReceived,
  stockReleased,
  stockReserved,
  type Effect,
} from '#contracts';
import type { OutgoingEvent } from '#messaging';
import type { Reservation } from './reservation.js';
import type { StockFact } from './stock-fold.js';

const CONTRACTS = {
  reserved: stockReserved,
  insufficient: stockInsufficient,
  released: stockReleased,
  issued: stockIssued,
  received: stockReceived,
  low: stockLow,
  adjusted: stockAdjusted,
};

/** @param time RFC 3339, the same for all of a batch */
export function factEvent(
  { kind, quantity, stock, orderId, threshold }: StockFact,
  time: string,
): OutgoingEvent {
  const { name, topic } = CONTRACTS[kind];
  const { productId, warehouseId, revision, onHand, reserved } = stock;
  const id = `${name}:${productId}/${warehouseId}@${revision}`;
  return {
    topic,
    key: productId,
    // A change is told from all others by its revision; a shortage changes nothing.
    id: kind === 'insufficient' ? `${id}:${orderId}` : id,
    source: 'inventory',
    type: eventType(name),
    subject: productId,
    time,
    data: {
      productId,
      warehouseId,
      revision,
      ...(orderId !== undefined && { orderId }),
      quantity,
      onHand,
      reserved,
      occurredAt: time,
      ...(threshold !== undefined && { threshold }),
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
