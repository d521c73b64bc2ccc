/**
 * What a command changes about a shipment, before anything is asked of the carrier. What comes back
 * unchanged says all that there is to say already.
 */
import type { Reason } from '#contracts';
import { changed, isInHands, isOpen, type ShipRequest, type Shipment } from './shipment.js';

/** To ship is to book and to hand over, and is answered when it is booked. */
export type BookingKind = 'ship' | 'book';

/**
 * Another command for the same order waits with the first; it never makes a second parcel. One that
 * comes after the carrier did not understand us was sent by a person: the carrier is asked anew.
 */
export function acceptBooking<Waiting>(
  shipment: Shipment<Waiting> | undefined,
  kind: BookingKind,
  request: ShipRequest & { readonly sagaId: string },
  to: Waiting,
): Shipment<Waiting> {
  if (!shipment) return requested(kind, request, to);
  const { status, wanted } = shipment;
  const again = status === 'failed' && wanted !== 'cancelled';
  if (status !== 'requested' && !again) return shipment;
  return changed(shipment, {
    status: 'requested',
    problemCode: null,
    ...(kind === 'ship' && wanted === 'booked' && { wanted: 'handed-over' }),
    ...(kind === 'ship'
      ? { shipTo: [...shipment.shipTo, to] }
      : { bookTo: [...shipment.bookTo, to] }),
  });
}

export const acceptHandOver = <Waiting>(shipment: Shipment<Waiting>, to: Waiting) =>
  isOpen(shipment)
    ? changed(shipment, {
        // one that is being recalled is decided by what the carrier says to that
        ...(shipment.wanted === 'booked' && { wanted: 'handed-over', problemCode: null }),
        handOverTo: [...shipment.handOverTo, to],
      })
    : shipment;

/**
 * @param known whether the booking was committed before: of one that was not, no request has left, so
 *   that it is cancelled by saying so
 */
export function acceptCancel<Waiting>(
  shipment: Shipment<Waiting>,
  { reason, known }: { readonly reason: Reason; readonly known: boolean },
  to: Waiting,
): Shipment<Waiting> {
  if (isInHands(shipment) || shipment.status === 'cancelled') return shipment;
  const cancelled = { wanted: 'cancelled', cancelReason: shipment.cancelReason ?? reason } as const;
  if (!isOpen(shipment)) {
    // nothing is booked, and nothing must be when the booking is tried again
    return shipment.wanted === 'cancelled' ? shipment : changed(shipment, cancelled);
  }
  if (!known) {
    const nobody = { shipTo: [], bookTo: [], handOverTo: [], cancelTo: [] };
    return changed(shipment, { ...cancelled, status: 'cancelled', ...nobody });
  }
  const cancelTo = [...shipment.cancelTo, to];
  return changed(shipment, { ...cancelled, problemCode: null, cancelTo });
}

/**
 * Only a hand-over that waits can be recalled, also one of which a person was told that the carrier
 * does not understand it. One that is answered is over, and one that has not come yet is refused by
 * the barrier, so that there is nothing to do about either.
 */
export const acceptRecall = <Waiting>(
  shipment: Shipment<Waiting>,
  reason: Reason,
): Shipment<Waiting> =>
  isOpen(shipment) && shipment.wanted !== 'cancelled' && shipment.handOverTo.length > 0
    ? changed(shipment, { wanted: 'cancelled', cancelReason: reason, problemCode: null })
    : shipment;

const requested = <Waiting>(
  kind: BookingKind,
  request: ShipRequest & { readonly sagaId: string },
  to: Waiting,
): Shipment<Waiting> => ({
  orderId: request.orderId.toLowerCase(),
  sagaId: request.sagaId,
  merchantId: request.merchantId,
  items: request.items,
  shippingAddress: request.shippingAddress,
  wanted: kind === 'ship' ? 'handed-over' : 'booked',
  status: 'requested',
  shipmentId: null,
  trackingNumber: null,
  problemCode: null,
  cancelReason: null,
  bookedAt: null,
  handedOverAt: null,
  deliveredAt: null,
  revision: 1,
  shipTo: kind === 'ship' ? [to] : [],
  bookTo: kind === 'book' ? [to] : [],
  handOverTo: [],
  cancelTo: [],
});
