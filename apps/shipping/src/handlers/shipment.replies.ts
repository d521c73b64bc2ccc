/** A shipment's state as the answers and facts that others read. */
import { eventType, shipmentCreated, shipmentRefused } from '#contracts';
import type { OutgoingEvent } from '#messaging';
import { accepted, dead, refuse, succeed, type Answer, type LateAnswer } from '#participant';
import type { Shipment } from '../domain/shipment.js';
import type { StoredShipment } from '../persistence/shipment-row.js';

/** `accepted` while the carrier has not decided. */
export function shipAnswer(shipment: Shipment): Answer {
  const code = shipment.problemCode ?? 'unknown';
  switch (shipment.status) {
    case 'accepted':
      return accepted();
    case 'created':
      return succeed('shipping.shipment-created', booked(shipment));
    case 'refused':
      return refuse('shipping.shipment-refused', { code }, refusal(code));
    case 'failed':
      return dead({ code: 'carrier-rejected', message: `The carrier will not do this: ${code}` });
  }
}

/** What those who wait can be told now; the shipment then owes it to nobody any more. */
export function answersDue(shipment: StoredShipment): {
  readonly shipment: StoredShipment;
  readonly answers: readonly LateAnswer[];
} {
  if (shipment.status === 'accepted') return { shipment, answers: [] };
  const answer = shipAnswer(shipment);
  return {
    shipment: { ...shipment, answerTo: [] },
    answers: shipment.answerTo.map((to) => ({ to, answer })),
  };
}

/** `cause`: the command that the change answers. */
export function factEvents(
  { orderId, revision, merchantId, sagaId, ...shipment }: StoredShipment,
  cause: StoredShipment['answerTo'][number] | undefined,
  now: Date,
): OutgoingEvent[] {
  if (shipment.status !== 'created' && shipment.status !== 'refused') return [];
  const { name, topic } = shipment.status === 'created' ? shipmentCreated : shipmentRefused;
  const details =
    shipment.status === 'created'
      ? booked(shipment)
      : { reason: refusal(shipment.problemCode ?? 'unknown') };
  return [
    {
      topic,
      key: orderId,
      id: `${name}:${orderId}:${revision}`,
      source: 'shipping',
      type: eventType(name),
      subject: orderId,
      time: now.toISOString(),
      correlationid: sagaId,
      ...(cause && { causationid: cause.commandId }),
      ...(cause?.traceparent !== undefined && { traceparent: cause.traceparent }),
      data: { orderId, revision, merchantId, occurredAt: now.toISOString(), ...details },
    },
  ];
}

const booked = ({
  shipmentId,
  trackingNumber,
}: Pick<Shipment, 'shipmentId' | 'trackingNumber'>) => ({
  shipmentId: shipmentId ?? '',
  trackingNumber: trackingNumber ?? '',
});

const refusal = (code: string) => ({ code, message: 'The carrier does not take this shipment.' });
