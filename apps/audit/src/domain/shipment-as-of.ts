import {
  shipmentCancelled,
  shipmentCreated,
  shipmentDelivered,
  shipmentHandedOver,
  shipmentLost,
  shipmentRefused,
} from '#contracts';
import { understood, type KnownFact, type Since } from './known-facts.js';

export const OF_SHIPMENT = [
  ...([shipmentCreated, shipmentRefused, shipmentCancelled] as const),
  ...([shipmentHandedOver, shipmentDelivered, shipmentLost] as const),
] as const;

export interface ShipmentAsOf extends Since {
  /** `created`: a label is booked. */
  readonly status: 'created' | 'refused' | 'cancelled' | 'handed-over' | 'delivered' | 'lost';
  readonly shipmentId?: string;
  readonly trackingNumber?: string;
  readonly reason?: { readonly code: string; readonly message: string };
}

export function shipmentAsOf(facts: readonly KnownFact[]): ShipmentAsOf | undefined {
  let state: ShipmentAsOf | undefined;
  for (const { name, data, since } of understood(facts, OF_SHIPMENT)) {
    const { shipmentId, trackingNumber } =
      'trackingNumber' in data
        ? data
        : (state ?? { shipmentId: undefined, trackingNumber: undefined });
    state = {
      ...since,
      status: name.slice('shipment.'.length) as ShipmentAsOf['status'],
      ...(shipmentId !== undefined && { shipmentId }),
      ...(trackingNumber !== undefined && { trackingNumber }),
      ...('reason' in data && { reason: data.reason }),
    };
  }
  return state;
}
