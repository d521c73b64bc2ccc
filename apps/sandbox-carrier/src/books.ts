/** The carrier's books: shipments, returns and refusals, folded from the journal's entries. */
import { IdempotencyKeys, type RememberedAnswer } from '#sandbox';
import type { z } from 'zod';
import type { shipmentRequest } from './parameters.js';

export type ShipmentRequest = z.infer<typeof shipmentRequest>;

export interface Shipment extends ShipmentRequest {
  readonly shipmentId: string;
  readonly trackingNumber: string;
  status: 'created' | 'cancelled';
  readonly createdAt: string;
}

/** A request that the carrier turned down: kept, so that an audit sees that nothing was moved. */
export interface Refusal extends ShipmentRequest {
  readonly status: 'refused';
  readonly code: string;
  readonly createdAt: string;
}

/** Goods that a customer sends back; where they are follows from the time. */
export interface ReturnParcel extends ShipmentRequest {
  readonly kind: 'return';
  readonly parcelId: string;
  readonly trackingNumber: string;
  readonly createdAt: string;
  readonly arrivesAt: string;
}

export type ReturnState = 'in_transit' | 'received' | 'lost';

/** The postal code from where no parcel ever arrives. */
export const LOST_POSTAL_CODE = '999-9999';

export const stateOf = ({ arrivesAt, address }: ReturnParcel, nowMs: number): ReturnState => {
  if (nowMs < Date.parse(arrivesAt)) return 'in_transit';
  return address.postalCode === LOST_POSTAL_CODE ? 'lost' : 'received';
};

export type Entry =
  | { readonly kind: 'created'; readonly shipment: Shipment }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'return-booked'; readonly parcel: ReturnParcel }
  | { readonly kind: 'cancelled'; readonly shipmentId: string }
  | RememberedAnswer;

export class CarrierBooks {
  readonly all: (Shipment | Refusal | ReturnParcel)[] = [];
  readonly keys: IdempotencyKeys;
  readonly #byId = new Map<string, Shipment>();
  readonly #byReference = new Map<string, Shipment>();
  readonly #returns = new Map<string, ReturnParcel>();

  constructor(keyLifetimeMs?: number) {
    this.keys = new IdempotencyKeys(keyLifetimeMs);
  }

  shipment(id: string): Shipment | undefined {
    return this.#byId.get(id);
  }

  ofReference(reference: string): Shipment | undefined {
    return this.#byReference.get(reference);
  }

  returnOf(reference: string): ReturnParcel | undefined {
    return this.#returns.get(reference);
  }

  apply(entry: Entry): void {
    switch (entry.kind) {
      case 'answered':
        return this.keys.remember(entry);
      case 'refused':
        this.all.push(entry.refusal);
        return;
      case 'return-booked':
        this.all.push(entry.parcel);
        this.#returns.set(entry.parcel.reference, entry.parcel);
        return;
      case 'created': {
        // A copy: the entry is what happened, the books are what is.
        const shipment = { ...entry.shipment };
        this.all.push(shipment);
        this.#byId.set(shipment.shipmentId, shipment);
        this.#byReference.set(shipment.reference, shipment);
        return;
      }
      case 'cancelled': {
        const shipment = this.#byId.get(entry.shipmentId);
        if (shipment === undefined) {
          throw new Error(`the journal names an unknown shipment: ${entry.shipmentId}`);
        }
        shipment.status = 'cancelled';
      }
    }
  }
}
