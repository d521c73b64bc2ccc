/** What the carrier does with parcels that are booked: fetches, brings, loses or cancels them. */
import type { WebhookEntry } from '#sandbox';
import type { CarrierBooks, Entry, Shipment, TrackingEvent, TrackingKind } from './books.js';
import { carrierError } from './errors.js';

/** The postal code where nobody fetches anything. */
export const NO_PICKUP_POSTAL_CODE = '000-9999';
/** The postal code that parcels get lost on their way to. */
export const LOST_ON_THE_WAY_POSTAL_CODE = '999-0000';

/** Until a van comes; 0: it stands at the door, and the answer says so already. */
export const PICKUP_AFTER_MS = 0;
/** From the van to the customer's door. */
export const DELIVERED_AFTER_MS = 2_000;

export interface ParcelTimes {
  readonly pickupAfterMs: number;
  readonly deliveredAfterMs: number;
}

export interface ParcelsOptions extends ParcelTimes {
  readonly books: CarrierBooks;
  /** Writes and applies entries, all or none. */
  readonly record: (entries: readonly (Entry | WebhookEntry)[]) => void;
  readonly now: () => number;
  /** Whether somebody is told of what happens. */
  readonly tells: boolean;
}

export class Parcels {
  constructor(private readonly options: ParcelsOptions) {}

  /** As it is now: what is due has happened. @throws ProviderError 404 */
  get(shipmentId: string): Shipment {
    const shipment = this.options.books.shipment(shipmentId);
    if (shipment === undefined) throw carrierError(404, 'not_found', `no shipment ${shipmentId}`);
    this.settle(shipmentId);
    return shipment;
  }

  /**
   * Has it fetched; asking again changes nothing.
   * @throws ProviderError 409 `cancelled`; 422 `no_pickup`
   */
  requestPickup(shipmentId: string): Shipment {
    const shipment = this.get(shipmentId);
    if (shipment.status === 'cancelled') throw cancelled(shipmentId);
    if (shipment.status !== 'created') return shipment;
    if (shipment.address.postalCode === NO_PICKUP_POSTAL_CODE) {
      throw carrierError(422, 'no_pickup', `nobody fetches from ${NO_PICKUP_POSTAL_CODE}`);
    }
    const nowMs = this.options.now();
    const dueAtMs = nowMs + this.options.pickupAfterMs;
    const requested: Entry = { kind: 'pickup-requested', shipmentId, dueAtMs };
    const collected = dueAtMs <= nowMs ? this.#happens(shipment, 'picked_up', nowMs) : [];
    this.options.record([requested, ...collected]);
    return shipment;
  }

  /** Cancelling again changes nothing and succeeds. @throws ProviderError 409 `handed_over` */
  cancel(shipmentId: string): Shipment {
    const shipment = this.get(shipmentId);
    const { status, handedOverAt } = shipment;
    if (status === 'cancelled') return shipment;
    if (status !== 'created' && status !== 'pickup_requested') {
      const message = `${shipmentId} is on its way`;
      throw carrierError(409, 'handed_over', message, { handedOverAt });
    }
    const gone = this.#happens(shipment, 'cancelled', this.options.now());
    this.options.record([{ kind: 'cancelled', shipmentId }, ...gone]);
    return shipment;
  }

  /** Whatever its time is: `deliver` and `lose` fetch it first. @throws ProviderError 409 */
  happen(shipmentId: string, what: 'collect' | 'deliver' | 'lose'): Shipment {
    const shipment = this.get(shipmentId);
    const { status } = shipment;
    if (status === 'cancelled') throw cancelled(shipmentId);
    const inHands = status === 'handed_over' && what !== 'collect';
    if (!inHands && status !== 'created' && status !== 'pickup_requested') {
      throw carrierError(409, status, `${shipmentId} is ${status}`);
    }
    const nowMs = this.options.now();
    const kinds: TrackingKind[] = inHands ? [] : ['picked_up'];
    if (what !== 'collect') kinds.push(what === 'deliver' ? 'delivered' : 'lost');
    for (const kind of kinds) this.options.record(this.#happens(shipment, kind, nowMs));
    return shipment;
  }

  /** Lets happen what is due for one. */
  settle(shipmentId: string): void {
    const shipment = this.options.books.shipment(shipmentId);
    const nowMs = this.options.now();
    while (shipment?.dueAtMs !== undefined && shipment.dueAtMs <= nowMs) {
      this.options.record(this.#happens(shipment, nextOf(shipment), shipment.dueAtMs));
    }
  }

  #happens(shipment: Shipment, kind: TrackingKind, atMs: number): (Entry | WebhookEntry)[] {
    const { shipmentId, reference, trackingNumber } = shipment;
    const seq = this.options.books.nextSeq(this.options.now());
    const at = new Date(atMs).toISOString();
    const event = { seq, shipmentId, reference, trackingNumber, kind, at };
    const dueAtMs = atMs + this.options.deliveredAfterMs;
    const tracked: Entry = { kind: 'tracked', event, ...(kind === 'picked_up' && { dueAtMs }) };
    return this.options.tells ? [tracked, messageOf(event)] : [tracked];
  }
}

const nextOf = ({ status, address }: Shipment): TrackingKind => {
  if (status !== 'handed_over') return 'picked_up';
  return address.postalCode === LOST_ON_THE_WAY_POSTAL_CODE ? 'lost' : 'delivered';
};

const cancelled = (shipmentId: string) =>
  carrierError(409, 'cancelled', `${shipmentId} is cancelled`);

const messageOf = (event: TrackingEvent): WebhookEntry => {
  const id = `msg_${event.seq}`;
  const type = `parcel.${event.kind}`;
  const body = JSON.stringify({ id, type, data: event });
  return { kind: 'webhook', id, type, body, atMs: Date.parse(event.at) };
};
