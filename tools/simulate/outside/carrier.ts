import type { Shipment } from '../../../apps/shipping/src/domain/shipment.js';
import type {
  Carrier,
  CarrierAnswer,
  ReturnAnswer,
} from '../../../apps/shipping/src/provider/carrier.js';
import type { Actor } from '../world/scheduler.js';
import type { OutsideLine } from './line.js';

/** The postal code that no van reaches. */
export const UNDELIVERABLE = '000-0000';

/** The carrier's own books: one parcel an order, however often it is asked. */
export class CarrierBooks {
  readonly parcels = new Map<string, { readonly no: number; readonly pieces: number }>();

  book({ orderId, items, shippingAddress }: Shipment): CarrierAnswer {
    if (shippingAddress.postalCode === UNDELIVERABLE) {
      return { kind: 'refused', code: 'undeliverable' };
    }
    if (!this.parcels.has(orderId)) {
      const pieces = items.reduce((sum, { quantity }) => sum + quantity, 0);
      this.parcels.set(orderId, { no: this.parcels.size + 1, pieces });
    }
    return this.find(orderId) as CarrierAnswer;
  }

  find(orderId: string): CarrierAnswer | undefined {
    const parcel = this.parcels.get(orderId);
    if (!parcel) return undefined;
    return { kind: 'created', shipmentId: `sh_${parcel.no}`, trackingNumber: `TRACK-${parcel.no}` };
  }
}

/** One process's client of the carrier. */
export class SimCarrier implements Carrier {
  constructor(
    private readonly line: OutsideLine,
    private readonly books: CarrierBooks,
    private readonly actor: Actor,
  ) {}

  book(shipment: Shipment): Promise<CarrierAnswer> {
    const what = `book ${shipment.orderId}`;
    return this.line.call(this.actor, what, () => this.books.book(shipment));
  }

  /** No order of these worlds is sent back. */
  bookReturn(): Promise<ReturnAnswer> {
    return Promise.reject(new Error('returns are not simulated'));
  }

  findReturn(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  find(orderId: string): Promise<CarrierAnswer | undefined> {
    return this.line.call(this.actor, `find ${orderId}`, () => this.books.find(orderId));
  }
}
