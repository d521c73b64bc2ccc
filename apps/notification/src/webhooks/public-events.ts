/** What merchants are told: the shop's public facts, each in one message. */
import {
  nameOfType,
  orderCancelled,
  orderCompleted,
  orderConfirmed,
  orderCreated,
  orderReturned,
  orderShipped,
  paymentCompleted,
  paymentFailed,
  refundCompleted,
  shipmentCreated,
  shipmentDelivered,
  shipmentHandedOver,
  shipmentLost,
  type EventContract,
} from '#contracts';
import type { ReceivedEvent } from '#messaging';

const contracts: readonly EventContract[] = [
  orderCreated,
  orderConfirmed,
  orderShipped,
  orderCompleted,
  orderCancelled,
  orderReturned,
  paymentCompleted,
  paymentFailed,
  refundCompleted,
  shipmentCreated,
  shipmentHandedOver,
  shipmentDelivered,
  shipmentLost,
];
const byName = new Map(contracts.map((contract) => [contract.name, contract]));

export const PUBLIC_EVENTS: readonly string[] = [...byName.keys()];

export interface PublicEvent {
  /** The same however often the event comes; ids are unique among the events of one source. */
  readonly messageId: string;
  readonly type: string;
  readonly merchantId: string;
  /** JSON, as it is signed and sent. */
  readonly body: string;
}

/** What all of them hold, beside what is their own. */
interface PublicFact {
  readonly merchantId: string;
  readonly occurredAt: string;
  readonly contact?: unknown;
}

/**
 * Undefined for what is not public. Where the customer is reached stays with the shop: whoever reads
 * the messages of a merchant learns no mail address.
 * @throws ZodError for data that is not its contract's
 */
export function publicEventOf({ id, source, type, data }: ReceivedEvent): PublicEvent | undefined {
  const contract = byName.get(nameOfType(type) ?? '');
  if (!contract) return undefined;
  const { contact: _, ...fact } = contract.data.parse(data) as PublicFact;
  const body = { type: contract.name, timestamp: fact.occurredAt, data: fact };
  return {
    messageId: `${source}:${id}`,
    type: contract.name,
    merchantId: fact.merchantId,
    body: JSON.stringify(body),
  };
}
