/** A shipment's state as the answers and facts that others read. */
import {
  eventType,
  shipmentCancelled,
  shipmentCreated,
  shipmentDelivered,
  shipmentHandedOver,
  shipmentLost,
  shipmentRefused,
} from '#contracts';
import type { OutgoingEvent } from '#messaging';
import {
  accepted,
  dead,
  parked,
  pending,
  refuse,
  succeed,
  type Answer,
  type CommandAddress,
  type LateAnswer,
} from '#participant';
import { REFUSED, factsBetween, type Fact } from '../domain/facts.js';
import type { BookingKind } from '../domain/accept.js';
import type { Outcome } from '../domain/settle.js';
import { isInHands, type Shipment } from '../domain/shipment.js';
import type { StoredShipment } from '../persistence/shipment-row.js';

const BOOKED = { ship: 'shipping.shipment-created', book: 'shipping.shipment-booked' } as const;

const rejected = (code: string): Answer =>
  dead({ code: 'carrier-rejected', message: `The carrier will not do this: ${code}` });

/** `accepted` while the carrier has not decided. */
export function bookingAnswer(shipment: Shipment, kind: BookingKind): Answer {
  const { status, wanted, shipmentId, trackingNumber } = shipment;
  const code = shipment.problemCode ?? 'unknown';
  if (status === 'requested') return accepted();
  if (status === 'cancelled' || (status === 'failed' && wanted === 'cancelled')) {
    return notShipped('cancelled', 'The parcel is cancelled.');
  }
  if (status === 'refused') return notShipped(code, REFUSED);
  if (status === 'failed') return rejected(code);
  return succeed(BOOKED[kind], { shipmentId, trackingNumber });
}

const notShipped = (code: string, message: string): Answer =>
  refuse('shipping.shipment-refused', { code }, { code, message });

const notFetched = (code: string, message: string): Answer =>
  refuse('shipping.pickup-refused', { code }, { code, message });

/** @param shipment undefined for an order that nobody booked a parcel for */
export function handOverAnswer(shipment: Shipment | undefined): Answer {
  if (!shipment) return notFetched('not-booked', 'There is no parcel to hand over.');
  if (isInHands(shipment)) {
    const { trackingNumber, handedOverAt } = shipment;
    return succeed('shipping.handed-over', { trackingNumber, handedOverAt });
  }
  switch (shipment.status) {
    case 'cancelled':
      return shipment.wanted === 'cancelled'
        ? refuse('shipping.pickup-recalled', {}, RECALLED)
        : notFetched('cancelled', 'The carrier has cancelled the parcel.');
    case 'created':
      return shipment.wanted === 'booked'
        ? notFetched(shipment.problemCode ?? 'unknown', 'The carrier does not fetch this parcel.')
        : accepted();
    case 'requested':
      return accepted();
    default:
      return notFetched('not-booked', 'The carrier has not taken the parcel.');
  }
}

const RECALLED = { code: 'pickup-recalled', message: 'The parcel was recalled before its pickup.' };

/** `accepted` while it is not certain that the label is void. */
export function cancelAnswer(shipment: Shipment | undefined): Answer {
  if (shipment && isInHands(shipment)) {
    // Not dead: what was paid must not be given back while the goods are gone. A person looks.
    const message = 'The carrier has the parcel already.';
    return parked({ code: 'already-handed-over', message });
  }
  if (shipment?.status === 'requested' || shipment?.status === 'created') return accepted();
  return succeed('shipping.shipment-cancelled', {});
}

/** The answers that an outcome brings, and the shipment without those who need not wait any more. */
export function answersDue(
  shipment: StoredShipment,
  outcome?: Outcome,
): { readonly shipment: StoredShipment; readonly answers: readonly LateAnswer[] } {
  const { status } = shipment;
  if (status === 'requested') return { shipment, answers: [] };
  const told = (to: readonly CommandAddress[], answer: Answer): LateAnswer[] =>
    answer.outcome === 'accepted' ? [] : to.map((address) => ({ to: address, answer }));
  const isRejected = outcome?.kind === 'pickup-failed' || outcome?.kind === 'cancel-failed';
  const problem = isRejected && status === 'created' ? rejected(outcome.code) : undefined;
  const handOver = problem ?? handOverAnswer(shipment);
  const cancel = problem ?? cancelAnswer(shipment);
  const { shipTo, bookTo, handOverTo, cancelTo } = shipment;
  return {
    shipment: {
      ...shipment,
      shipTo: [],
      bookTo: [],
      // Who is told that a person has to look waits on: for the van, or for the cancel of a customer.
      handOverTo: ['accepted', 'dead'].includes(handOver.outcome) ? handOverTo : [],
      cancelTo: cancel.outcome === 'accepted' ? cancelTo : [],
    },
    answers: [
      ...told(shipTo, bookingAnswer(shipment, 'ship')),
      ...told(bookTo, bookingAnswer(shipment, 'book')),
      ...told(handOverTo, handOver),
      ...told(cancelTo, cancel),
    ],
  };
}

/** For those who wait for what the carrier has taken on, or is not to be reached for. */
export const awaitingCarrier = ({ bookTo, handOverTo }: StoredShipment): LateAnswer[] => [
  ...bookTo.map((to) => ({ to, answer: BOOKING_AWAITED })),
  ...handOverTo.map((to) => ({ to, answer: PICKUP_AWAITED })),
];

const BOOKING_AWAITED = pending({
  code: 'carrier-unavailable',
  message: 'The carrier cannot be reached; it is asked again.',
});
const PICKUP_AWAITED = pending({
  code: 'pickup-awaited',
  message: 'The carrier has not fetched it yet.',
});

const CONTRACTS = {
  created: shipmentCreated,
  refused: shipmentRefused,
  cancelled: shipmentCancelled,
  'handed-over': shipmentHandedOver,
  delivered: shipmentDelivered,
  lost: shipmentLost,
} as const satisfies Record<Fact['kind'], { readonly name: string }>;

/** The facts that a stored change is, for those who read events. */
export const factEvents = (
  before: StoredShipment | undefined,
  after: StoredShipment,
  cause: CommandAddress | undefined,
  now: Date,
): OutgoingEvent[] =>
  factsBetween(before, after).map((fact) => {
    const { orderId, merchantId, shipmentId, trackingNumber } = after;
    const { name, topic } = CONTRACTS[fact.kind];
    const occurredAt = fact.at ?? now.toISOString();
    return {
      topic,
      key: orderId,
      id: `${name}:${orderId}:${fact.revision}`,
      source: 'shipping',
      type: eventType(name),
      subject: orderId,
      time: occurredAt,
      correlationid: after.sagaId,
      ...(cause && { causationid: cause.commandId }),
      ...(cause?.traceparent !== undefined && { traceparent: cause.traceparent }),
      data: {
        ...{ orderId, revision: fact.revision, merchantId, occurredAt },
        ...('reason' in fact ? { reason: fact.reason } : { shipmentId, trackingNumber }),
      },
    };
  });
