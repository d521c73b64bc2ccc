/** What the carrier said, and what that changes. */
import type { Reason } from '#contracts';
import { changed, isInHands, isOpen, type Shipment } from './shipment.js';

/** The carrier's names of a parcel. */
export interface ParcelNumbers {
  readonly shipmentId: string;
  readonly trackingNumber: string;
}

/** Answers to a booking. */
export type Booking =
  | ({ readonly kind: 'created' } & ParcelNumbers)
  | { readonly kind: 'refused' | 'failed'; readonly code: string };

/** Answers to a pickup or a cancellation. Times are RFC 3339. */
export type ParcelAnswer =
  | { readonly kind: 'handed-over'; readonly at: string }
  | { readonly kind: 'cancelled' }
  /** It will be fetched; the feed tells when it was. */
  | { readonly kind: 'awaiting-pickup' }
  | { readonly kind: 'pickup-refused'; readonly code: string }
  /** The carrier does not understand what we ask for. */
  | { readonly kind: 'pickup-failed' | 'cancel-failed'; readonly code: string };

export type Outcome = Booking | ParcelAnswer | { readonly kind: 'unchanged' };

/** What is told by the feed alone. */
export interface Arrival {
  readonly kind: 'delivered' | 'lost';
  readonly at: string;
}

export const BY_CARRIER: Reason = {
  code: 'cancelled-by-carrier',
  message: 'The carrier has cancelled the parcel.',
};

/**
 * Applies what was found out to the shipment as it is stored now, of which something else may be wanted
 * since the carrier was asked. What is decided stays decided.
 */
export function settle<Waiting>(
  shipment: Shipment<Waiting>,
  outcome: Outcome,
  now: string,
): Shipment<Waiting> {
  const { status, wanted } = shipment;
  switch (outcome.kind) {
    case 'unchanged':
    case 'awaiting-pickup':
      return shipment;
    case 'created': {
      const { shipmentId, trackingNumber } = outcome;
      const created = { status: 'created', shipmentId, trackingNumber, bookedAt: now } as const;
      return status === 'requested' ? changed(shipment, created) : shipment;
    }
    case 'refused':
    case 'failed': {
      const { kind, code } = outcome;
      const problem = { status: kind, problemCode: code };
      return status === 'requested' ? changed(shipment, problem) : shipment;
    }
    case 'handed-over':
      return status === 'created'
        ? changed(shipment, { status: 'handed-over', handedOverAt: outcome.at, ...FOUND_GOOD })
        : shipment;
    case 'cancelled': {
      const cancelReason = shipment.cancelReason ?? BY_CARRIER;
      return isOpen(shipment)
        ? changed(shipment, { status: 'cancelled', ...FOUND_GOOD, cancelReason })
        : shipment;
    }
    case 'pickup-refused':
    case 'pickup-failed':
      // One that was recalled meanwhile is cancelled next, and that is its answer.
      return status === 'created' && wanted === 'handed-over'
        ? changed(shipment, { wanted: 'booked', problemCode: outcome.code })
        : shipment;
    case 'cancel-failed':
      return status === 'created' && wanted === 'cancelled'
        ? changed(shipment, { problemCode: outcome.code })
        : shipment;
  }
}

/** What arrives, or gets lost, was handed over before, whoever has missed that. */
export function arrive<Waiting>(
  shipment: Shipment<Waiting>,
  { kind, at }: Arrival,
): Shipment<Waiting> {
  const onItsWay = settle(shipment, { kind: 'handed-over', at }, at);
  if (onItsWay.status !== 'handed-over') return shipment;
  return changed(onItsWay, { status: kind, ...(kind === 'delivered' && { deliveredAt: at }) });
}

const FOUND_GOOD = { problemCode: null } as const;

/** Whether nothing that the carrier still says can be true. */
export const contradicts = (shipment: Shipment, kind: 'cancelled' | 'carried'): boolean =>
  kind === 'cancelled' ? isInHands(shipment) : !isOpen(shipment) && !isInHands(shipment);
