import { OutboundError, type OutboundHttp } from '#platform';
import { z } from 'zod';
import type { Shipment } from '../domain/shipment.js';
import type { ReturnParcel } from '../domain/return-parcel.js';
import type { Carrier, CarrierAnswer, ReturnAnswer } from './carrier.js';

const booked = z.object({ shipmentId: z.string(), trackingNumber: z.string() });
const found = z.object({ items: z.array(booked) });
const tracked = z.object({ trackingNumber: z.string(), status: z.string() });
const foundReturns = z.object({ items: z.array(tracked) });
const problem = z.object({ code: z.string(), shipment: booked.optional() });

const TARGET = 'carrier';
const UNDELIVERABLE = 422;
const CONFLICT = 409;

/** The carrier's JSON API. The order's id is the reference of its shipment, the return's of its own. */
export class HttpCarrier implements Carrier {
  constructor(private readonly http: Pick<OutboundHttp, 'request'>) {}

  async book({ orderId, shippingAddress, items }: Shipment): Promise<CarrierAnswer> {
    const { status, body } = await this.post('/v1/shipments', `ship-${orderId}`, {
      reference: orderId,
      address: shippingAddress,
      items,
    });
    if (status >= 200 && status < 300) return created(known(booked, body, status));
    const said = problem.safeParse(body);
    const code = said.success ? said.data.code : `http_${status}`;
    if (status === UNDELIVERABLE) return { kind: 'refused', code };
    if (status !== CONFLICT) return { kind: 'failed', code };
    // Booked by an earlier try whose key the carrier has forgotten since.
    const existing = said.data?.shipment;
    if (existing) return created(existing);
    throw new OutboundError(TARGET, 'server-error', 'HTTP 409');
  }

  async find(orderId: string): Promise<CarrierAnswer | undefined> {
    const { status, body } = await this.get('/v1/shipments', orderId);
    const [shipment] = known(found, body, status).items;
    return shipment && created(shipment);
  }

  async bookReturn({ returnId, shippingAddress, items }: ReturnParcel): Promise<ReturnAnswer> {
    const { status, body } = await this.post('/v1/returns', `return-${returnId}`, {
      reference: returnId,
      address: shippingAddress,
      items,
    });
    if (status >= 200 && status < 300) return whereabouts(known(tracked, body, status));
    // Booked by somebody else at this moment: the next look finds it.
    if (status === CONFLICT) throw new OutboundError(TARGET, 'server-error', 'HTTP 409');
    const said = problem.safeParse(body);
    return { kind: 'failed', code: said.success ? said.data.code : `http_${status}` };
  }

  async findReturn(returnId: string): Promise<ReturnAnswer | undefined> {
    const { status, body } = await this.get('/v1/returns', returnId);
    const [parcel] = known(foundReturns, body, status).items;
    return parcel && whereabouts(parcel);
  }

  private post(path: string, key: string, body: object) {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    return this.http.request({ method: 'POST', path, headers, body: JSON.stringify(body) });
  }

  private get(path: string, reference: string) {
    const query = new URLSearchParams({ reference }).toString();
    return this.http.request({ method: 'GET', path: `${path}?${query}` });
  }
}

function whereabouts({ status, trackingNumber }: z.output<typeof tracked>): ReturnAnswer {
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

const created = ({ shipmentId, trackingNumber }: z.output<typeof booked>): CarrierAnswer => ({
  kind: 'created',
  shipmentId,
  trackingNumber,
});

/** An answer that nobody understands says nothing about what was done. */
const known = <Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  status: number,
): z.output<Schema> => {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new OutboundError(TARGET, 'bad-answer', `HTTP ${status}`);
};
