/** The port over the carrier's HTTP API: JSON in, JSON out. */
import { OutboundError, type OutboundAnswer, type OutboundHttp } from '#platform';
import { z } from 'zod';
import type { ShipmentRequest } from '../domain/shipment.js';
import { Carrier, CarrierRejection, type BookedShipment, type Booking } from './carrier.js';

const SHIPMENTS = '/v1/shipments';
const JSON_BODY = { 'content-type': 'application/json' };

const booked = z.object({ shipmentId: z.string().min(1), trackingNumber: z.string().min(1) });
const listAnswer = z.object({ items: z.array(booked) });
const errorAnswer = z.object({ code: z.string().min(1).max(64) });

export class HttpCarrier extends Carrier {
  constructor(private readonly http: Pick<OutboundHttp, 'request'>) {
    super();
  }

  async book({ orderId, items, shippingAddress }: ShipmentRequest): Promise<Booking> {
    const answer = await this.http.request({
      method: 'POST',
      path: SHIPMENTS,
      headers: { ...JSON_BODY, 'idempotency-key': `ship-${orderId}` },
      body: JSON.stringify({ reference: orderId, address: shippingAddress, items }),
    });
    if (isSuccess(answer)) return { kind: 'created', ...parsed(booked, answer) };
    const code = codeOf(answer);
    if (answer.status === 422) return { kind: 'refused', code };
    if (answer.status === 409) return this.bookedBefore(orderId, code);
    throw new CarrierRejection(code);
  }

  async find(orderId: string): Promise<BookedShipment | undefined> {
    const path = `${SHIPMENTS}?reference=${encodeURIComponent(orderId)}`;
    const answer = await this.http.request({ method: 'GET', path });
    if (!isSuccess(answer)) throw new CarrierRejection(codeOf(answer));
    return parsed(listAnswer, answer).items[0];
  }

  /** The answer was lost and the key is forgotten since: the shipment is not. */
  private async bookedBefore(orderId: string, code: string): Promise<Booking> {
    const shipment = await this.find(orderId);
    if (!shipment) throw new CarrierRejection(code);
    return { kind: 'created', ...shipment };
  }
}

const isSuccess = ({ status }: OutboundAnswer): boolean => status >= 200 && status < 300;

const codeOf = ({ status, body }: OutboundAnswer): string => {
  const error = errorAnswer.safeParse(body);
  return error.success ? error.data.code : `http_${status}`;
};

function parsed<Schema extends z.ZodType>(
  schema: Schema,
  { status, body }: OutboundAnswer,
): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new OutboundError('carrier', 'bad-answer', `HTTP ${status}`);
}
