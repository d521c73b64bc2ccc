/**
 * Parcels on their way out, as the carrier keeps them: one an order, fetched by a van that may take
 * its time and may be overtaken by a recall. What happens to them is told by the feed, and some of it
 * twice; whoever asks is told the same each time.
 */
import type { Booking, ParcelAnswer } from '../../../apps/shipping/src/domain/settle.js';
import type { Shipment } from '../../../apps/shipping/src/domain/shipment.js';
import type { TrackingEvent } from '../../../apps/shipping/src/domain/track.js';
import type { TrackingPage } from '../../../apps/shipping/src/provider/carrier.js';
import type { Actor } from '../world/scheduler.js';
import { piecesOf } from './pieces.js';

/** The postal code that no van reaches. */
export const UNDELIVERABLE = '000-0000';

/** What becomes of an order's parcel on its way to the customer. */
export interface ParcelFate {
  /** How long the van takes to come; 0: it stands at the door. */
  readonly vanMs: number;
  readonly transitMs: number;
  readonly isLost: boolean;
  /** The feed tells twice that it was fetched. */
  readonly isToldTwice: boolean;
}

export interface BookedParcel {
  readonly no: number;
  readonly orderId: string;
  readonly pieces: number;
  isVanCalled: boolean;
  /** Whichever came first of the van and the cancel. */
  fate?: 'handed-over' | 'cancelled';
  handedOverAt?: string;
  end?: 'delivered' | 'lost';
}

export interface ParcelBooksPorts {
  /** True time, RFC 3339. */
  readonly now: () => string;
  readonly after: (delayMs: number, run: () => void) => void;
  readonly fateOf: (orderId: string) => ParcelFate;
  readonly met: (situation: string) => void;
}

export class ParcelBooks {
  readonly byOrder = new Map<string, BookedParcel>();
  readonly feed: TrackingEvent[] = [];
  /** Told when there is something new in the feed. */
  onNews: () => void = () => undefined;
  private readonly byId = new Map<string, BookedParcel>();
  /** Who was given each event of the feed. */
  private readonly given = new Map<number, Actor>();

  constructor(private readonly ports: ParcelBooksPorts) {}

  book({ orderId, items, shippingAddress }: Shipment): Booking {
    if (shippingAddress.postalCode === UNDELIVERABLE) {
      return { kind: 'refused', code: 'undeliverable' };
    }
    if (!this.byOrder.has(orderId)) {
      const no = this.byOrder.size + 1;
      const parcel = { no, orderId, pieces: piecesOf(items), isVanCalled: false };
      this.byOrder.set(orderId, parcel);
      this.byId.set(numbersOf(parcel).shipmentId, parcel);
    }
    return this.find(orderId) as Booking;
  }

  find(orderId: string): Booking | undefined {
    const parcel = this.byOrder.get(orderId);
    return parcel && { kind: 'created', ...numbersOf(parcel) };
  }

  /** Has the van come, if it has not been called yet. */
  pickUp(shipmentId: string): ParcelAnswer {
    const parcel = this.byId.get(shipmentId);
    if (!parcel) return { kind: 'pickup-failed', code: 'not_found' };
    if (!parcel.isVanCalled && parcel.fate === undefined) {
      parcel.isVanCalled = true;
      const { vanMs } = this.ports.fateOf(parcel.orderId);
      if (vanMs === 0) this.handOver(parcel);
      else this.ports.after(vanMs, () => this.handOver(parcel));
    }
    return answerOf(parcel) ?? { kind: 'awaiting-pickup' };
  }

  cancel(shipmentId: string): ParcelAnswer {
    const parcel = this.byId.get(shipmentId);
    if (!parcel) return { kind: 'cancel-failed', code: 'not_found' };
    if (parcel.fate === undefined) {
      parcel.fate = 'cancelled';
      this.tell(parcel, 'cancelled');
    }
    return answerOf(parcel) as ParcelAnswer;
  }

  /** What happened after an event, oldest first. */
  tracking(afterSeq: number, limit: number, to: Actor): TrackingPage {
    const events = this.feed.slice(afterSeq, afterSeq + limit);
    for (const { seq } of events) {
      const before = this.given.get(seq);
      if (before) this.ports.met('feed read anew');
      if (before?.isAlive === false) this.ports.met('feed read anew after a crash');
      this.given.set(seq, to);
    }
    return { events, seq: events.at(-1)?.seq, unreadable: 0 };
  }

  /** What is still going to happen by itself. */
  get underWay(): string[] {
    return [...this.byOrder.values()].flatMap(({ orderId, isVanCalled, fate, end }) => {
      if (isVanCalled && fate === undefined) return [`a van is to come for ${orderId}`];
      return fate === 'handed-over' && end === undefined ? [`${orderId} is in the van`] : [];
    });
  }

  private handOver(parcel: BookedParcel): void {
    // It was recalled: the van finds nothing.
    if (parcel.fate !== undefined) return;
    const { transitMs, isLost, isToldTwice } = this.ports.fateOf(parcel.orderId);
    parcel.fate = 'handed-over';
    parcel.handedOverAt = this.ports.now();
    this.tell(parcel, 'picked_up');
    if (isToldTwice) {
      this.ports.met('the same feed event twice');
      this.tell(parcel, 'picked_up', parcel.handedOverAt);
    }
    this.ports.after(transitMs, () => {
      parcel.end = isLost ? 'lost' : 'delivered';
      this.tell(parcel, parcel.end);
    });
  }

  private tell(parcel: BookedParcel, kind: TrackingEvent['kind'], at = this.ports.now()): void {
    const seq = this.feed.length + 1;
    this.feed.push({ seq, reference: parcel.orderId, ...numbersOf(parcel), kind, at });
    this.onNews();
  }
}

const numbersOf = ({ no }: BookedParcel) => ({
  shipmentId: `sh_${no}`,
  trackingNumber: `TRACK-${no}`,
});

const answerOf = ({ fate, handedOverAt }: BookedParcel): ParcelAnswer | undefined => {
  if (fate === 'cancelled') return { kind: 'cancelled' };
  return handedOverAt === undefined ? undefined : { kind: 'handed-over', at: handedOverAt };
};
