/** The carrier's books: parcels out and back, and what happened to them, folded from the journal. */
import { IdempotencyKeys, type RememberedAnswer } from '#sandbox';
import type { z } from 'zod';
import type { shipmentRequest } from '../http/parameters.js';

export type ShipmentRequest = z.infer<typeof shipmentRequest>;

export type ShipmentStatus =
  'created' | 'pickup_requested' | 'handed_over' | 'delivered' | 'lost' | 'cancelled';

export interface Shipment extends ShipmentRequest {
  readonly shipmentId: string;
  readonly trackingNumber: string;
  status: ShipmentStatus;
  readonly createdAt: string;
  handedOverAt?: string;
  /** When something happens to it by itself (epoch milliseconds); absent when nothing will. */
  dueAtMs?: number;
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

export type TrackingKind = 'picked_up' | 'delivered' | 'lost' | 'cancelled';

/** Something that happened to a parcel, as the feed tells it. */
export interface TrackingEvent {
  /** Grows with every event of any parcel. */
  readonly seq: number;
  readonly shipmentId: string;
  readonly reference: string;
  readonly trackingNumber: string;
  readonly kind: TrackingKind;
  readonly at: string;
}

const STATUS_AFTER = {
  picked_up: 'handed_over',
  delivered: 'delivered',
  lost: 'lost',
  cancelled: 'cancelled',
} as const satisfies Record<TrackingKind, ShipmentStatus>;

export type Entry =
  | { readonly kind: 'created'; readonly shipment: Shipment }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'return-booked'; readonly parcel: ReturnParcel }
  /** Journals of before the feed have this one alone. */
  | { readonly kind: 'cancelled'; readonly shipmentId: string }
  | { readonly kind: 'pickup-requested'; readonly shipmentId: string; readonly dueAtMs: number }
  /** `dueAtMs`: when the next thing happens to it. */
  | { readonly kind: 'tracked'; readonly event: TrackingEvent; readonly dueAtMs?: number }
  | RememberedAnswer;

export class CarrierBooks {
  readonly all: (Shipment | Refusal | ReturnParcel)[] = [];
  /** In the order in which they happened, which is that of their numbers. */
  readonly events: TrackingEvent[] = [];
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

  get shipments(): Iterable<Shipment> {
    return this.#byId.values();
  }

  ofReference(reference: string): Shipment | undefined {
    return this.#byReference.get(reference);
  }

  returnOf(reference: string): ReturnParcel | undefined {
    return this.#returns.get(reference);
  }

  /**
   * Whatever was read before has a lower number. It follows the clock, so that this is also true for a
   * carrier that forgot its books: whoever reads on from an old place misses nothing.
   */
  nextSeq(nowMs: number): number {
    return Math.max((this.events.at(-1)?.seq ?? 0) + 1, nowMs * 1000);
  }

  /** Those after a number, oldest first. */
  eventsAfter(seq: number, limit: number): readonly TrackingEvent[] {
    const { events } = this;
    let [low, high] = [0, events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((events[middle]?.seq ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return events.slice(low, low + limit);
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
      case 'cancelled':
        this.#known(entry.shipmentId).status = 'cancelled';
        return;
      case 'pickup-requested': {
        const { dueAtMs } = entry;
        Object.assign(this.#known(entry.shipmentId), { status: 'pickup_requested', dueAtMs });
        return;
      }
      case 'tracked':
        return this.#track(entry.event, entry.dueAtMs);
    }
  }

  #track(event: TrackingEvent, dueAtMs: number | undefined): void {
    const shipment = this.#known(event.shipmentId);
    this.events.push(event);
    shipment.status = STATUS_AFTER[event.kind];
    if (event.kind === 'picked_up') shipment.handedOverAt = event.at;
    if (dueAtMs === undefined) delete shipment.dueAtMs;
    else shipment.dueAtMs = dueAtMs;
  }

  #known(shipmentId: string): Shipment {
    const shipment = this.#byId.get(shipmentId);
    if (shipment) return shipment;
    throw new Error(`the journal names an unknown shipment: ${shipmentId}`);
  }
}
