/** What the carrier does with an order to bring a parcel: decides against its books. No I/O. */
import { randomUUID } from 'node:crypto';
import type { Answer } from '#sandbox';
import {
  stateOf,
  type CarrierBooks,
  type Entry,
  type Refusal,
  type ReturnParcel,
  type ReturnState,
  type Shipment,
  type ShipmentRequest,
} from './books.js';
import { carrierError } from './errors.js';
import { ratesOf, type Rate } from './rates.js';

/** The postal code that no van reaches. */
export const UNDELIVERABLE_POSTAL_CODE = '000-0000';
const UNDELIVERABLE = `nobody delivers to ${UNDELIVERABLE_POSTAL_CODE}`;

interface Once {
  readonly key: string | undefined;
  readonly fingerprint: string;
}

export type TrackedReturn = ReturnParcel & { readonly status: ReturnState };

interface Decision {
  readonly entry?: Entry;
  readonly answer: Answer;
}

/** How long goods are on their way back. */
export const RETURN_TRANSIT_MS = 1_000;

export class Carrier {
  constructor(
    private readonly books: CarrierBooks,
    /** Writes and applies entries, all or none. */
    private readonly record: (entries: readonly Entry[]) => void,
    private readonly now: () => number = Date.now,
    private readonly returnTransitMs: number = RETURN_TRANSIT_MS,
  ) {}

  /**
   * Books a shipment. 201; 422 `undeliverable`; 409 `reference_taken` when the reference has one.
   * With a key, a repetition gets the first answer, whatever it was.
   * @throws ProviderError 400 `idempotency_error` when the key belongs to another request.
   */
  create(request: ShipmentRequest, once: Once): Answer {
    return this.#once(once, (nowMs) => this.#decide(request, new Date(nowMs).toISOString()));
  }

  /** Books a parcel that brings goods back, by the rules of `create`; nobody refuses one. */
  createReturn(request: ShipmentRequest, once: Once): Answer {
    return this.#once(once, (nowMs) => this.#decideReturn(request, nowMs));
  }

  /** Parcels of this reference, and where they are now. */
  findReturn(reference: string): { readonly items: readonly TrackedReturn[] } {
    const parcel = this.books.returnOf(reference);
    return { items: parcel === undefined ? [] : [this.tracked(parcel)] };
  }

  tracked(parcel: ReturnParcel): TrackedReturn {
    return { ...parcel, status: stateOf(parcel, this.now()) };
  }

  #once({ key, fingerprint }: Once, decide: (nowMs: number) => Decision): Answer {
    const nowMs = this.now();
    const known = key === undefined ? undefined : this.books.keys.find(key, fingerprint, nowMs);
    if (known === 'conflict') {
      throw carrierError(400, 'idempotency_error', 'the key was first used for another request');
    }
    if (known !== undefined) return known;
    const { entry, answer } = decide(nowMs);
    const entries: Entry[] = entry === undefined ? [] : [entry];
    if (key !== undefined) {
      entries.push({ kind: 'answered', key, fingerprint, atMs: nowMs, ...answer });
    }
    if (entries.length > 0) this.record(entries);
    return answer;
  }

  find(reference: string): { readonly items: readonly Shipment[] } {
    const shipment = this.books.ofReference(reference);
    return { items: shipment === undefined ? [] : [shipment] };
  }

  /** What it would cost to send this there. @throws ProviderError 422 `undeliverable` */
  rates(request: Pick<ShipmentRequest, 'address' | 'items'>): readonly Rate[] {
    if (request.address.postalCode !== UNDELIVERABLE_POSTAL_CODE) return ratesOf(request);
    throw carrierError(422, 'undeliverable', UNDELIVERABLE);
  }

  #decideReturn(request: ShipmentRequest, nowMs: number): Decision {
    const taken = this.books.returnOf(request.reference);
    if (taken !== undefined) {
      const message = `there is a return for ${request.reference} already`;
      return { answer: answerOf(409, { code: 'reference_taken', message }) };
    }
    const id = randomUUID().replaceAll('-', '');
    const parcel: ReturnParcel = {
      kind: 'return',
      parcelId: `ret_${id.slice(0, 20)}`,
      trackingNumber: `RET${id.slice(20).toUpperCase()}`,
      ...request,
      createdAt: new Date(nowMs).toISOString(),
      arrivesAt: new Date(nowMs + this.returnTransitMs).toISOString(),
    };
    return {
      entry: { kind: 'return-booked', parcel },
      answer: answerOf(201, { ...parcel, status: 'in_transit' }),
    };
  }

  #decide(request: ShipmentRequest, createdAt: string): Decision {
    const taken = this.books.ofReference(request.reference);
    if (taken !== undefined) {
      const message = `there is a shipment for ${request.reference} already`;
      return { answer: answerOf(409, { code: 'reference_taken', message, shipment: taken }) };
    }
    if (request.address.postalCode === UNDELIVERABLE_POSTAL_CODE) {
      const code = 'undeliverable';
      const refusal: Refusal = { ...request, status: 'refused', code, createdAt };
      const answer = answerOf(422, { code, message: UNDELIVERABLE });
      return { entry: { kind: 'refused', refusal }, answer };
    }
    const id = randomUUID().replaceAll('-', '');
    const shipment: Shipment = {
      shipmentId: `shp_${id.slice(0, 20)}`,
      trackingNumber: `TRK${id.slice(20).toUpperCase()}`,
      ...request,
      status: 'created',
      createdAt,
    };
    const { shipmentId, trackingNumber, reference, status } = shipment;
    return {
      entry: { kind: 'created', shipment },
      answer: answerOf(201, { shipmentId, trackingNumber, reference, status }),
    };
  }
}

const answerOf = (status: number, body: object): Answer => ({
  status,
  body: JSON.stringify(body),
});
