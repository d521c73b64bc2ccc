import type { ReturnParcel } from '../../../apps/shipping/src/domain/return-parcel.js';
import type { Shipment } from '../../../apps/shipping/src/domain/shipment.js';
import type { Booking, ParcelAnswer } from '../../../apps/shipping/src/domain/settle.js';
import type {
  Carrier,
  ParcelCarrier,
  RatesAnswer,
  ReturnAnswer,
  ReturnCarrier,
  TrackingPage,
} from '../../../apps/shipping/src/provider/carrier.js';
import type { Actor } from '../world/scheduler.js';
import type { OutsideLine } from './line.js';
import type { ParcelBooks } from './parcel-books.js';
import { piecesOf } from './pieces.js';

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

/** The carrier's own books: one parcel an order and one a return, however often it is asked. */
export class CarrierBooks {
  readonly returns = new Map<string, BookedReturn>();

  constructor(
    readonly parcels: ParcelBooks,
    private readonly nowMs: () => number,
    private readonly fateOf: (orderId: string) => ReturnFate,
  ) {}

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

/** One process's client of the carrier. */
export class SimCarrier implements ParcelCarrier, ReturnCarrier, Pick<Carrier, 'tracking'> {
  constructor(
    private readonly line: OutsideLine,
    private readonly books: CarrierBooks,
    private readonly actor: Actor,
  ) {}

  book(shipment: Shipment): Promise<Booking> {
    const what = `book ${shipment.orderId}`;
    return this.line.call(this.actor, what, () => this.books.parcels.book(shipment));
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
    return this.line.call(this.actor, `find ${orderId}`, () => this.books.parcels.find(orderId));
  }

  pickUp(shipmentId: string): Promise<ParcelAnswer> {
    const what = `pick up ${shipmentId}`;
    return this.line.call(this.actor, what, () => this.books.parcels.pickUp(shipmentId));
  }

  cancel(shipmentId: string): Promise<ParcelAnswer> {
    const what = `cancel ${shipmentId}`;
    return this.line.call(this.actor, what, () => this.books.parcels.cancel(shipmentId));
  }

  tracking(afterSeq: number, limit: number): Promise<TrackingPage> {
    const read = (): TrackingPage => this.books.parcels.tracking(afterSeq, limit, this.actor);
    return this.line.call(this.actor, `feed after ${afterSeq}`, read);
  }

  /** Nobody here asks what it costs. */
  rates(): Promise<RatesAnswer> {
    return Promise.resolve({ kind: 'failed', code: 'not_simulated' });
  }
}
