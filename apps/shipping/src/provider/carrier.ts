/** The carrier, as the shipping service sees it. */
import type { ReturnOutcome, ReturnParcel } from '../domain/return-parcel.js';
import type { Outcome, Shipment } from '../domain/shipment.js';

export type CarrierAnswer = Exclude<Outcome, { kind: 'unchanged' }>;
export type ReturnAnswer =
  Exclude<ReturnOutcome, { kind: 'unchanged' }> | { readonly kind: 'on-its-way' };

export interface Carrier {
  /**
   * Books the order's shipment, once: asked again, it finds the one that exists.
   * @throws OutboundError when nobody knows what became of it, or it was not sent: try again
   */
  book(shipment: Shipment): Promise<CarrierAnswer>;
  /** The order's shipment, if there is one. @throws OutboundError */
  find(orderId: string): Promise<CarrierAnswer | undefined>;
  /**
   * Books a parcel that brings a return's goods back, once.
   * @throws OutboundError as `book`
   */
  bookReturn(parcel: ReturnParcel): Promise<ReturnAnswer>;
  /** Where the return's parcel is, if there is one. @throws OutboundError */
  findReturn(returnId: string): Promise<ReturnAnswer | undefined>;
}
