import { OutboundError, type OutboundHttp } from '#platform';
import { z } from 'zod';
import type { Shipment } from '../domain/shipment.js';
import type { Carrier, CarrierAnswer } from './carrier.js';

const booked = z.object({ shipmentId: z.string(), trackingNumber: z.string() });
const found = z.object({ items: z.array(booked) });
const problem = z.object({ code: z.string(), shipment: booked.optional() });

const TARGET = 'carrier';
const UNDELIVERABLE = 422;
const CONFLICT = 409;

/** The carrier's JSON API. The order's id is the reference of its shipment. */
export class HttpCarrier implements Carrier {
  constructor(private readonly http: Pick<OutboundHttp, 'request'>) {}

  async book({ orderId, shippingAddress, items }: Shipment): Promise<CarrierAnswer> {
    const { status, body } = await this.http.request({
      method: 'POST',
      path: '/v1/shipments',
      headers: { 'content-type': 'application/json', 'idempotency-key': `ship-${orderId}` },
      body: JSON.stringify({ reference: orderId, address: shippingAddress, items }),
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
    const { status, body } = await this.http.request({
      method: 'GET',
      path: `/v1/shipments?reference=${encodeURIComponent(orderId)}`,
    });
    const [shipment] = known(found, body, status).items;
    return shipment && created(shipment);
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
