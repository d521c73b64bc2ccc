import { OutboundError, runtime, type OutboundAnswer, type OutboundHttp } from '#platform';
import type { z } from 'zod';
import type { ReturnParcel } from '../domain/return-parcel.js';
import type { Booking, ParcelAnswer, ParcelNumbers } from '../domain/settle.js';
import type { Shipment } from '../domain/shipment.js';
import type {
  Carrier,
  Parcel,
  RatesAnswer,
  ReturnAnswer,
  Service,
  TrackingPage,
} from './carrier.js';
import {
  bookedAnswer,
  foundAnswer,
  known,
  parcelAnswer,
  problemAnswer,
  ratesAnswer,
  returnAnswer,
  returnsAnswer,
  trackingPage,
} from './carrier-answers.js';

const TARGET = 'carrier';
const UNDELIVERABLE = 422;
const NO_PICKUP = 422;
const CONFLICT = 409;
const NOT_FOUND = 404;
/** Statuses of a parcel that the carrier has or had. */
const CARRIED: ReadonlySet<string> = new Set(['handed_over', 'delivered', 'lost']);

/** The carrier's JSON API. The order's id is the reference of its shipment, the return's of its own. */
export class HttpCarrier implements Carrier {
  constructor(private readonly http: Pick<OutboundHttp, 'request'>) {}

  async book(shipment: Shipment, service: Service): Promise<Booking> {
    const { orderId, shippingAddress, items } = shipment;
    const { status, body } = await this.post('/v1/shipments', `ship-${orderId}`, {
      reference: orderId,
      address: shippingAddress,
      items,
      service,
    });
    if (isGood(status)) return created(known(bookedAnswer, body, status));
    if (status !== CONFLICT) return notBooked({ status, body });
    // Booked by an earlier try whose key the carrier has forgotten since.
    const existing = problemAnswer.safeParse(body).data?.shipment;
    if (existing) return created(existing);
    throw new OutboundError(TARGET, 'server-error', 'HTTP 409');
  }

  async find(orderId: string): Promise<Booking | undefined> {
    const { status, body } = await this.get('/v1/shipments', { reference: orderId });
    const [shipment] = known(foundAnswer, body, status).items;
    return shipment && created(shipment);
  }

  async rates({ shippingAddress, items }: Parcel): Promise<RatesAnswer> {
    const asked = { address: shippingAddress, items };
    const { status, body } = await this.post('/v1/rates', undefined, asked);
    if (!isGood(status)) return notBooked({ status, body });
    return { kind: 'rates', rates: known(ratesAnswer, body, status) };
  }

  async pickUp(shipmentId: string): Promise<ParcelAnswer> {
    // Without a key: what counts is how far it is now, not what was said the first time.
    const { status, body } = await this.post(`${pathOf(shipmentId)}/pickup`);
    if (isGood(status)) return parcelState(body, status);
    const code = codeOf({ status, body });
    if (status === CONFLICT && code === 'cancelled') return { kind: 'cancelled' };
    return { kind: status === NO_PICKUP ? 'pickup-refused' : 'pickup-failed', code };
  }

  async cancel(shipmentId: string): Promise<ParcelAnswer> {
    const { status, body } = await this.post(`${pathOf(shipmentId)}/cancel`);
    if (isGood(status)) {
      const answer = parcelState(body, status);
      if (answer.kind !== 'awaiting-pickup') return answer;
      throw new OutboundError(TARGET, 'bad-answer', 'not cancelled');
    }
    const said = problemAnswer.safeParse(body).data;
    if (status === CONFLICT && said?.code === 'handed_over') return handedOver(said.handedOverAt);
    return { kind: 'cancel-failed', code: codeOf({ status, body }) };
  }

  async label(shipmentId: string): Promise<string | undefined> {
    const path = `${pathOf(shipmentId)}/label`;
    const { status, body } = await this.http.request({ method: 'GET', path, as: 'text' });
    if (status === NOT_FOUND) return undefined;
    if (isGood(status) && typeof body === 'string') return body;
    throw new OutboundError(TARGET, 'bad-answer', `HTTP ${status}`);
  }

  async tracking(afterSeq: number, limit: number): Promise<TrackingPage> {
    const query = { after: String(afterSeq), limit: String(limit) };
    const { status, body } = await this.get('/v1/tracking', query);
    return trackingPage(body, status);
  }

  async bookReturn({ returnId, shippingAddress, items }: ReturnParcel): Promise<ReturnAnswer> {
    const { status, body } = await this.post('/v1/returns', `return-${returnId}`, {
      reference: returnId,
      address: shippingAddress,
      items,
    });
    if (isGood(status)) return whereabouts(known(returnAnswer, body, status));
    // Booked by somebody else at this moment: the next look finds it.
    if (status === CONFLICT) throw new OutboundError(TARGET, 'server-error', 'HTTP 409');
    return { kind: 'failed', code: codeOf({ status, body }) };
  }

  async findReturn(returnId: string): Promise<ReturnAnswer | undefined> {
    const { status, body } = await this.get('/v1/returns', { reference: returnId });
    const [parcel] = known(returnsAnswer, body, status).items;
    return parcel && whereabouts(parcel);
  }

  private post(path: string, key?: string, body: object = {}) {
    const headers = {
      'content-type': 'application/json',
      ...(key !== undefined && { 'idempotency-key': key }),
    };
    return this.http.request({ method: 'POST', path, headers, body: JSON.stringify(body) });
  }

  private get(path: string, query: Readonly<Record<string, string>>) {
    const parameters = new URLSearchParams(query).toString();
    return this.http.request({ method: 'GET', path: `${path}?${parameters}` });
  }
}

const pathOf = (shipmentId: string): string => `/v1/shipments/${encodeURIComponent(shipmentId)}`;

const isGood = (status: number): boolean => status >= 200 && status < 300;

const codeOf = ({ status, body }: OutboundAnswer): string =>
  problemAnswer.safeParse(body).data?.code ?? `http_${status}`;

const notBooked = (answer: OutboundAnswer) => ({
  kind: answer.status === UNDELIVERABLE ? ('refused' as const) : ('failed' as const),
  code: codeOf(answer),
});

const created = ({ shipmentId, trackingNumber }: ParcelNumbers): Booking => ({
  kind: 'created',
  shipmentId,
  trackingNumber,
});

const handedOver = (at = runtime.date().toISOString()): ParcelAnswer => ({
  kind: 'handed-over',
  at,
});

function parcelState(body: unknown, httpStatus: number): ParcelAnswer {
  const { status, handedOverAt } = known(parcelAnswer, body, httpStatus);
  if (CARRIED.has(status)) return handedOver(handedOverAt);
  return status === 'cancelled' ? { kind: 'cancelled' } : { kind: 'awaiting-pickup' };
}

function whereabouts({ status, trackingNumber }: z.output<typeof returnAnswer>): ReturnAnswer {
  switch (status) {
    case 'received':
      return { kind: 'received', trackingNumber };
    case 'lost':
    case 'expired':
      return { kind: 'lost', code: status };
    default:
      return { kind: 'on-its-way' };
  }
}
