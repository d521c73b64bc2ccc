/** What becomes of an order by what becomes of its parcel: pure, so that a batch is folded in memory. */
import type { OrderStatus, Reason } from '#contracts';
import type { OrderState } from './settle.js';

export interface ParcelFact {
  readonly kind: 'handed-over' | 'delivered' | 'lost';
  readonly orderId: string;
  readonly trackingNumber: string;
}

/** The way of every order that comes to a good end. */
const WAY = ['pending', 'confirmed', 'shipped', 'completed'] as const satisfies OrderStatus[];

const TARGET = { 'handed-over': 'shipped', delivered: 'completed', lost: 'shipped' } as const;

/** Why a shipped order has not arrived. */
export const LOST: Reason = { code: 'parcel-lost', message: 'The carrier has lost the parcel.' };

/** It has left, and will not arrive. */
export const isLost = ({ status, reason }: Pick<OrderState, 'status' | 'reason'>): boolean =>
  status === 'shipped' && reason?.code === LOST.code;

/**
 * The order after each of its changes, one status after the other: a fact that overtakes the one
 * before it implies it. Empty when there is nothing to change.
 * @throws Error for what no saga lets happen: the parcel of an unknown or cancelled order on its way.
 *   The fact becomes a dead letter, and a person looks at it.
 */
export function followParcel<Order extends OrderState>(
  order: Order | undefined,
  fact: ParcelFact,
): readonly Order[] {
  if (order === undefined) throw contradiction(fact, 'not known');
  if (order.status === 'cancelled') throw contradiction(fact, 'cancelled');
  if (order.status === 'returned') return [];
  const from = WAY.indexOf(order.status);
  const to = WAY.indexOf(TARGET[fact.kind]);
  const changes: Order[] = [];
  let latest = order;
  for (const status of WAY.slice(from + 1, to + 1)) {
    const { trackingNumber } = fact;
    const { reason: _, ...known } = latest;
    latest = { ...known, status, revision: latest.revision + 1, trackingNumber } as Order;
    changes.push(latest);
  }
  if (fact.kind !== 'lost' || latest.status !== 'shipped' || latest.reason) return changes;
  return [...changes, { ...latest, revision: latest.revision + 1, reason: LOST }];
}

const contradiction = ({ kind, orderId }: ParcelFact, is: string): Error =>
  new Error(`the parcel of the order ${orderId} is ${kind}, but the order is ${is}`);
