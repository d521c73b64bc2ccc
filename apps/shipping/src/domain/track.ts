/** What the carrier's feed tells of a parcel, whatever of it was told before, and in whatever order. */
import { arrive, contradicts, settle, type ParcelNumbers } from './settle.js';
import type { Shipment } from './shipment.js';

export interface TrackingEvent extends ParcelNumbers {
  /** Grows with every event of any parcel. */
  readonly seq: number;
  /** Our number of it: the order's id. */
  readonly reference: string;
  readonly kind: 'picked_up' | 'delivered' | 'lost' | 'cancelled';
  /** RFC 3339. */
  readonly at: string;
}

/**
 * - `repeated`: it says nothing new.
 * - `contradicting`: it cannot be, after what the carrier said before; a person looks.
 */
export type Tracked<Waiting> =
  | { readonly kind: 'applied'; readonly shipment: Shipment<Waiting> }
  | { readonly kind: 'repeated' | 'contradicting' };

export function track<Waiting>(
  shipment: Shipment<Waiting>,
  event: TrackingEvent,
): Tracked<Waiting> {
  const { shipmentId, trackingNumber, kind, at } = event;
  const isOther = shipment.shipmentId !== null && shipment.shipmentId !== shipmentId;
  const told = kind === 'cancelled' ? kind : 'carried';
  if (isOther || contradicts(shipment, told)) return { kind: 'contradicting' };
  // The answer to its booking was lost, and the feed was quicker than the next try.
  const booked = settle(shipment, { kind: 'created', shipmentId, trackingNumber }, at);
  const after = follow(booked, event);
  return after === shipment ? { kind: 'repeated' } : { kind: 'applied', shipment: after };
}

const follow = <Waiting>(
  shipment: Shipment<Waiting>,
  { kind, at }: TrackingEvent,
): Shipment<Waiting> => {
  switch (kind) {
    case 'picked_up':
      return settle(shipment, { kind: 'handed-over', at }, at);
    case 'cancelled':
      return settle(shipment, { kind: 'cancelled' }, at);
    case 'delivered':
    case 'lost':
      return arrive(shipment, { kind, at });
  }
};
