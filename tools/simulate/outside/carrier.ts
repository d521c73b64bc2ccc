import type { ReturnParcel } from '../../../apps/shipping/src/domain/return-parcel.js';
import type { Shipment } from '../../../apps/shipping/src/domain/shipment.js';
import type { Booking, ParcelAnswer } from '../../../apps/shipping/src/domain/settle.js';
import type {
  ParcelCarrier,
  RatesAnswer,
  ReturnAnswer,
  ReturnCarrier,
} from '../../../apps/shipping/src/provider/carrier.js';
import type { Actor } from '../world/scheduler.js';
import type { OutsideLine } from './line.js';

/** The postal code that no van reaches. */
export const UNDELIVERABLE = '000-0000';

/** What becomes of an order's parcel on its way back. */
export interface ReturnFate {
  readonly isLost: boolean;
  readonly transitMs: number;
}

interface BookedReturn {
  readonly no: number;
  readonly orderId: string;
  readonly pieces: number;
  readonly isLost: boolean;
  readonly arrivesAtMs: number;
}

interface BookedParcel {
  readonly no: number;
  readonly pieces: number;
  /** Whichever came first of the van and the cancel. */
  fate?: 'handed-over' | 'cancelled';
}

/** The carrier's own books: one parcel an order and one a return, however often it is asked. */
export class CarrierBooks {
  readonly parcels = new Map<string, BookedParcel>();
  readonly returns = new Map<string, BookedReturn>();

  constructor(
    private readonly nowMs: () => number,
    private readonly fateOf: (orderId: string) => ReturnFate,
  ) {}

  book({ orderId, items, shippingAddress }: Shipment): Booking {
    if (shippingAddress.postalCode === UNDELIVERABLE) {
      return { kind: 'refused', code: 'undeliverable' };
    }
    if (!this.parcels.has(orderId)) {
      this.parcels.set(orderId, { no: this.parcels.size + 1, pieces: piecesOf(items) });
    }
    return this.find(orderId) as Booking;
  }

  find(orderId: string): Booking | undefined {
    const parcel = this.parcels.get(orderId);
    if (!parcel) return undefined;
    return { kind: 'created', shipmentId: `sh_${parcel.no}`, trackingNumber: `TRACK-${parcel.no}` };
  }

  /** The van stands at the door. */
  pickUp(shipmentId: string): ParcelAnswer {
    return this.decide(shipmentId, 'handed-over');
  }

  cancel(shipmentId: string): ParcelAnswer {
    return this.decide(shipmentId, 'cancelled');
  }

  private decide(shipmentId: string, wanted: 'handed-over' | 'cancelled'): ParcelAnswer {
    const parcel = [...this.parcels.values()].find(({ no }) => shipmentId === `sh_${no}`);
    if (!parcel) return { kind: 'cancel-failed', code: 'not_found' };
    parcel.fate ??= wanted;
    if (parcel.fate === 'cancelled') return { kind: 'cancelled' };
    return { kind: 'handed-over', at: new Date(this.nowMs()).toISOString() };
  }

  bookReturn({ returnId, orderId, items }: ReturnParcel): ReturnAnswer {
    if (!this.returns.has(returnId)) {
      const { isLost, transitMs } = this.fateOf(orderId);
      const no = this.returns.size + 1;
      const arrivesAtMs = this.nowMs() + transitMs;
      this.returns.set(returnId, { no, orderId, pieces: piecesOf(items), isLost, arrivesAtMs });
    }
    return this.findReturn(returnId) as ReturnAnswer;
  }

  findReturn(returnId: string): ReturnAnswer | undefined {
    const parcel = this.returns.get(returnId);
    if (!parcel) return undefined;
    if (this.nowMs() < parcel.arrivesAtMs) return { kind: 'on-its-way' };
    if (parcel.isLost) return { kind: 'lost', code: 'lost' };
    return { kind: 'received', trackingNumber: `BACK-${parcel.no}` };
  }
}

const piecesOf = (items: readonly { readonly quantity: number }[]): number =>
  items.reduce((sum, { quantity }) => sum + quantity, 0);

/** One process's client of the carrier. */
export class SimCarrier implements ParcelCarrier, ReturnCarrier {
  constructor(
    private readonly line: OutsideLine,
    private readonly books: CarrierBooks,
    private readonly actor: Actor,
  ) {}

  book(shipment: Shipment): Promise<Booking> {
    const what = `book ${shipment.orderId}`;
    return this.line.call(this.actor, what, () => this.books.book(shipment));
  }

  bookReturn(parcel: ReturnParcel): Promise<ReturnAnswer> {
    const what = `book return ${parcel.returnId}`;
    return this.line.call(this.actor, what, () => this.books.bookReturn(parcel));
  }

  findReturn(returnId: string): Promise<ReturnAnswer | undefined> {
    const what = `find return ${returnId}`;
    return this.line.call(this.actor, what, () => this.books.findReturn(returnId));
  }

  find(orderId: string): Promise<Booking | undefined> {
    return this.line.call(this.actor, `find ${orderId}`, () => this.books.find(orderId));
  }

  pickUp(shipmentId: string): Promise<ParcelAnswer> {
    const what = `pick up ${shipmentId}`;
    return this.line.call(this.actor, what, () => this.books.pickUp(shipmentId));
  }

  cancel(shipmentId: string): Promise<ParcelAnswer> {
    const what = `cancel ${shipmentId}`;
    return this.line.call(this.actor, what, () => this.books.cancel(shipmentId));
  }

  /** Nobody here asks what it costs. */
  rates(): Promise<RatesAnswer> {
    return Promise.resolve({ kind: 'failed', code: 'not_simulated' });
  }
}
