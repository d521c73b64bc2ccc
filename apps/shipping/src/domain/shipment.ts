/** A shipment: asked for once, then created or refused by the carrier. */
import { shipOrder } from '#contracts';
import type { z } from 'zod';

export type ShipRequest = z.output<typeof shipOrder.payload>;

/**
 * - `requested`: the carrier may or may not know of it.  - `refused`: the carrier's business no.
 * - `failed`: the carrier will not understand us, so a person must look; nothing was shipped.
 */
export type ShipmentStatus = 'requested' | 'created' | 'refused' | 'failed';

export interface Shipment<Waiting = unknown> {
  readonly orderId: string;
  readonly sagaId: string;
  readonly merchantId: string;
  readonly items: ShipRequest['items'];
  readonly shippingAddress: ShipRequest['shippingAddress'];
  readonly status: ShipmentStatus;
  readonly shipmentId: string | null;
  readonly trackingNumber: string | null;
  readonly problemCode: string | null;
  readonly revision: number;
  /** Who waits for the final answer. */
  readonly shipTo: readonly Waiting[];
}

export type Outcome =
  | { readonly kind: 'created'; readonly shipmentId: string; readonly trackingNumber: string }
  | { readonly kind: 'refused' | 'failed'; readonly code: string }
  | { readonly kind: 'unchanged' };

export const newShipment = <Waiting>(
  request: ShipRequest,
  sagaId: string,
  waiting: Waiting,
): Shipment<Waiting> => ({
  orderId: request.orderId.toLowerCase(),
  sagaId,
  merchantId: request.merchantId,
  items: request.items,
  shippingAddress: request.shippingAddress,
  status: 'requested',
  shipmentId: null,
  trackingNumber: null,
  problemCode: null,
  revision: 1,
  shipTo: [waiting],
});

/**
 * Another command for the same order waits with the first; it never makes a second parcel. One that
 * comes after the carrier did not understand us was sent by a person: the carrier is asked anew.
 */
export const alsoWaiting = <Waiting>(
  shipment: Shipment<Waiting>,
  waiting: Waiting,
): Shipment<Waiting> =>
  shipment.status === 'requested' || shipment.status === 'failed'
    ? {
        ...shipment,
        status: 'requested',
        problemCode: null,
        revision: shipment.revision + 1,
        shipTo: [...shipment.shipTo, waiting],
      }
    : shipment;

/** What the carrier said, written down. What is decided stays decided. */
export const settle = <Waiting>(
  shipment: Shipment<Waiting>,
  outcome: Outcome,
): Shipment<Waiting> => {
  if (shipment.status !== 'requested' || outcome.kind === 'unchanged') return shipment;
  const revision = shipment.revision + 1;
  if (outcome.kind === 'created') {
    const { shipmentId, trackingNumber } = outcome;
    return { ...shipment, revision, status: 'created', shipmentId, trackingNumber };
  }
  return { ...shipment, revision, status: outcome.kind, problemCode: outcome.code };
};
