/** The carrier, as the shipping service sees it. */
import type { ReturnOutcome, ReturnParcel } from '../domain/return-parcel.js';
import type { Booking, ParcelAnswer } from '../domain/settle.js';
import type { Shipment } from '../domain/shipment.js';
import type { TrackingEvent } from '../domain/track.js';

export type ReturnAnswer =
  Exclude<ReturnOutcome, { kind: 'unchanged' }> | { readonly kind: 'on-its-way' };

export const SERVICES = ['standard', 'express'] as const;
export type Service = (typeof SERVICES)[number];

/** `amount` in minor units of `currency`. */
export interface Rate {
  readonly service: Service;
  readonly amount: number;
  readonly currency: string;
  readonly days: number;
}

export type Parcel = Pick<Shipment, 'shippingAddress' | 'items'>;

export type RatesAnswer =
  | { readonly kind: 'rates'; readonly rates: readonly [Rate, ...Rate[]] }
  | { readonly kind: 'refused' | 'failed'; readonly code: string };

/** A part of the feed; `seq` is how far it goes, whatever of it could be understood. */
export interface TrackingPage {
  readonly events: readonly TrackingEvent[];
  /** Undefined for an empty page: there is nothing new. */
  readonly seq: number | undefined;
  /** How many events nobody understands. */
  readonly unreadable: number;
}

/**
 * Everything may be asked again, whatever became of it before.
 *
 * All throw `OutboundError` when nobody knows what became of it, or it was not sent: try again.
 */
export interface Carrier {
  /** Books the order's shipment, once: asked again, it finds the one that exists. */
  book(shipment: Shipment, service: Service): Promise<Booking>;
  /** The order's shipment, if there is one. */
  find(orderId: string): Promise<Booking | undefined>;
  /** What each service would cost. */
  rates(parcel: Parcel): Promise<RatesAnswer>;
  /** Has a booked parcel fetched, and says how far that is. */
  pickUp(shipmentId: string): Promise<ParcelAnswer>;
  /** Voids the label; `handed-over` when it is too late. */
  cancel(shipmentId: string): Promise<ParcelAnswer>;
  /** SVG; undefined when there is none. */
  label(shipmentId: string): Promise<string | undefined>;
  /** What happened to parcels after an event, oldest first. */
  tracking(afterSeq: number, limit: number): Promise<TrackingPage>;
  /** Books a parcel that brings a return's goods back, once. */
  bookReturn(parcel: ReturnParcel): Promise<ReturnAnswer>;
  /** Where the return's parcel is, if there is one. */
  findReturn(returnId: string): Promise<ReturnAnswer | undefined>;
}

/** What the workers need for parcels on their way out. */
export type ParcelCarrier = Pick<Carrier, 'book' | 'find' | 'rates' | 'pickUp' | 'cancel'>;
/** And for those on their way back. */
export type ReturnCarrier = Pick<Carrier, 'bookReturn' | 'findReturn'>;
