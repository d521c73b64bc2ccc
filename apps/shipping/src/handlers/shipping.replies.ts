/** A shipment's state as the answers and facts that others read. */
import { eventType, shipmentCreated, shipmentRefused } from '#contracts';
import type { OutgoingEvent } from '#messaging';
import { accepted, dead, refuse, succeed, type Answer, type CommandAddress } from '#participant';
import type { Shipment } from '../domain/shipment.js';
import type { StoredShipment } from '../persistence/shipment-row.js';

/** `accepted` while the carrier has not decided. */
export function shipAnswer({ status, shipmentId, trackingNumber, problemCode }: Shipment): Answer {
  const code = problemCode ?? 'unknown';
  switch (status) {
    case 'requested':
      return accepted();
    case 'created':
      return succeed('shipping.shipment-created', { shipmentId, trackingNumber });
    case 'refused':
      return refuse(
        'shipping.shipment-refused',
        { code },
        { code, message: 'The carrier does not take this parcel.' },
      );
    case 'failed':
      return dead({ code: 'carrier-rejected', message: `The carrier will not do this: ${code}` });
  }
}

/** The fact that the carrier's decision is, for those who read events. */
export function factEvents(
  shipment: StoredShipment,
  cause: CommandAddress | undefined,
  now: Date,
): OutgoingEvent[] {
  const { orderId, revision, merchantId, status } = shipment;
  if (status !== 'created' && status !== 'refused') return [];
  const { name, topic } = status === 'created' ? shipmentCreated : shipmentRefused;
  const { shipmentId, trackingNumber, problemCode } = shipment;
  const reason = { code: problemCode, message: 'The carrier does not take this parcel.' };
  return [
    {
      topic,
      key: orderId,
      id: `${name}:${orderId}:${revision}`,
      source: 'shipping',
      type: eventType(name),
      subject: orderId,
      time: now.toISOString(),
      correlationid: shipment.sagaId,
      ...(cause && { causationid: cause.commandId }),
      ...(cause?.traceparent !== undefined && { traceparent: cause.traceparent }),
      data: {
        orderId,
        revision,
        merchantId,
        occurredAt: now.toISOString(),
        ...(status === 'created' ? { shipmentId, trackingNumber } : { reason }),
      },
    },
  ];
}
