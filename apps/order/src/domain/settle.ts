/** What the saga's commands do to an order: pure, so that a batch is folded in memory. */
import type { OrderStatus, Reason } from '#contracts';

/** The part of an order that commands look at and change. */
export interface OrderState {
  readonly orderId: string;
  readonly status: OrderStatus;
  readonly revision: number;
  readonly reason?: Reason;
  readonly trackingNumber?: string;
}

export type Settlement =
  | { readonly kind: 'confirm'; readonly orderId: string; readonly trackingNumber?: string }
  | { readonly kind: 'cancel'; readonly orderId: string; readonly reason: Reason };

/**
 * The order after the command; the same object when there is nothing to change. An unknown order
 * has nothing to cancel, so cancelling it changes nothing either.
 * @throws Error for what no saga sends: confirming an unknown order, cancelling one whose parcel is on
 *   its way. The command is then parked and a person looks at it.
 */
export function settle<Order extends OrderState>(
  order: Order | undefined,
  settlement: Settlement,
): Order | undefined {
  if (settlement.kind === 'cancel') {
    if (order === undefined || order.status === 'cancelled') return order;
    if (isOnItsWay(order.status)) throw contradiction(settlement, `it is ${order.status}`);
    const { reason } = settlement;
    return { ...order, status: 'cancelled', revision: order.revision + 1, reason };
  }
  if (order === undefined) throw contradiction(settlement, 'it is not known');
  if (order.status === 'confirmed' || isOnItsWay(order.status)) return order;
  if (isOvertaken(order, settlement)) return order;
  const { trackingNumber } = settlement;
  return {
    ...order,
    status: 'confirmed',
    revision: order.revision + 1,
    ...(trackingNumber !== undefined && { trackingNumber }),
  };
}

/**
 * A confirmation whose order was cancelled before it came, as when the relay sends it for a writer that
 * has died: the cancel has undone it already, so that it is refused.
 */
export const isOvertaken = (
  order: Pick<OrderState, 'status'> | undefined,
  { kind }: Pick<Settlement, 'kind'>,
): boolean => kind === 'confirm' && order?.status === 'cancelled';

/** The parcel is in the carrier's hands, or was. */
export const isOnItsWay = (status: OrderStatus): boolean =>
  status === 'shipped' || status === 'completed' || status === 'returned';

const contradiction = ({ kind, orderId }: Settlement, why: string): Error =>
  new Error(`cannot ${kind} the order ${orderId}: ${why}`);
