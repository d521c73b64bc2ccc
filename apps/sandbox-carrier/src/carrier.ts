/** What the carrier does with a request: decides against its books and writes them. No I/O. */
import { randomUUID } from 'node:crypto';
import { ProviderError, type Answer } from '#sandbox';
import type { CarrierBooks, Entry, Refusal, Shipment, ShipmentRequest } from './books.js';

/** The postal code that no van reaches. */
export const UNDELIVERABLE_POSTAL_CODE = '000-0000';

export const carrierError = (status: number, code: string, message: string, extra: object = {}) =>
  new ProviderError(status, { code, message, ...extra });

interface Once {
  readonly key: string | undefined;
  readonly fingerprint: string;
}

export class Carrier {
  constructor(
    private readonly books: CarrierBooks,
    private readonly append: (entries: readonly Entry[]) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Books a shipment. 201; 422 `undeliverable`; 409 `reference_taken` when the reference has one.
   * With a key, a repetition gets the first answer, whatever it was.
   * @throws ProviderError 400 `idempotency_error` when the key belongs to another request.
   */
  create(request: ShipmentRequest, { key, fingerprint }: Once): Answer {
    const nowMs = this.now();
    const known = key === undefined ? undefined : this.books.keys.find(key, fingerprint, nowMs);
    if (known === 'conflict') {
      throw carrierError(400, 'idempotency_error', 'the key was first used for another request');
    }
    if (known !== undefined) return known;
    const { entry, answer } = this.#decide(request, new Date(nowMs).toISOString());
    const entries: Entry[] = entry === undefined ? [] : [entry];
    if (key !== undefined) {
      entries.push({ kind: 'answered', key, fingerprint, atMs: nowMs, ...answer });
    }
    this.#record(entries);
    return answer;
  }

  find(reference: string): { readonly items: readonly Shipment[] } {
    const shipment = this.books.ofReference(reference);
    return { items: shipment === undefined ? [] : [shipment] };
  }

  get(shipmentId: string): Shipment {
    const shipment = this.books.shipment(shipmentId);
    if (shipment === undefined) throw carrierError(404, 'not_found', `no shipment ${shipmentId}`);
    return shipment;
  }

  /** Cancelling again changes nothing and succeeds. */
  cancel(shipmentId: string): Shipment {
    const shipment = this.get(shipmentId);
    if (shipment.status !== 'cancelled') this.#record([{ kind: 'cancelled', shipmentId }]);
    return shipment;
  }

  #decide(request: ShipmentRequest, createdAt: string): { entry?: Entry; answer: Answer } {
    const taken = this.books.ofReference(request.reference);
    if (taken !== undefined) {
      const message = `there is a shipment for ${request.reference} already`;
      return { answer: answerOf(409, { code: 'reference_taken', message, shipment: taken }) };
    }
    if (request.address.postalCode === UNDELIVERABLE_POSTAL_CODE) {
      const code = 'undeliverable';
      const refusal: Refusal = { ...request, status: 'refused', code, createdAt };
      const message = `nobody delivers to ${UNDELIVERABLE_POSTAL_CODE}`;
      return { entry: { kind: 'refused', refusal }, answer: answerOf(422, { code, message }) };
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

  #record(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    this.append(entries);
    for (const entry of entries) this.books.apply(entry);
  }
}

const answerOf = (status: number, body: object): Answer => ({
  status,
  body: JSON.stringify(body),
});
