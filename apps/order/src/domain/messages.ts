/** What the order service says to others, as events ready to publish. */
import {
  SAGA_MESSAGES,
  eventType,
  orderCancelled,
  orderCompleted,
  orderConfirmed,
  orderCreated,
  orderReturned,
  orderShipped,
  type EventContract,
  type PlaceOrderInput,
  type Reason,
  type RefundLostParcelInput,
  type ReturnOrderInput,
  type SagaCancel,
  type SagaMend,
  type SagaStart,
  type TopicName,
} from '#contracts';
import type { OutgoingEvent } from '#messaging';
import { runtime } from '#platform';
import type { Order } from './order.js';

/** The saga that carries an order from acceptance to its end. */
const DEFINITION = 'place-order';
/** The saga that brings goods of an order back. */
const RETURN_DEFINITION = 'return-order';
/** The saga that gives back what a lost parcel has cost. */
const LOST_PARCEL_DEFINITION = 'refund-lost-parcel';
const SAGA_INBOX: TopicName = 'saga.inbox';

/** What a fact says of an order, whole rows and the columns read for a settlement alike. */
export type FactSource = Pick<
  Order,
  | 'orderId'
  | 'customerId'
  | 'merchantId'
  | 'channel'
  | 'currency'
  | 'totalAmount'
  | 'status'
  | 'revision'
>;

const sagaMessage = <Data>(
  id: string,
  name: string,
  businessKey: string,
  data: Data,
  at: Date,
): OutgoingEvent<Data> => ({
  topic: SAGA_INBOX,
  key: businessKey,
  id,
  source: 'order',
  type: eventType(name),
  subject: businessKey,
  time: at.toISOString(),
  data,
});

/** Its id is made of the order's, so that a start sent twice is the same message. */
export const sagaStartOf = (input: PlaceOrderInput, at: Date): OutgoingEvent<SagaStart> =>
  sagaMessage(
    `${input.orderId}:start`,
    SAGA_MESSAGES.start,
    input.orderId,
    { definition: DEFINITION, businessKey: input.orderId, input },
    at,
  );

const startByReturn =
  <Input extends { readonly returnId: string }>(definition: string) =>
  (input: Input, at: Date): OutgoingEvent<SagaStart> =>
    sagaMessage(
      `${input.returnId}:start`,
      SAGA_MESSAGES.start,
      input.returnId,
      { definition, businessKey: input.returnId, input },
      at,
    );

/** A return is a saga of its own: its business key is its own id. */
export const returnStartOf = startByReturn<ReturnOrderInput>(RETURN_DEFINITION);
export const lostParcelStartOf = startByReturn<RefundLostParcelInput>(LOST_PARCEL_DEFINITION);

const cancelOf =
  (definition: string) =>
  (businessKey: string, reason: Reason, at: Date): OutgoingEvent<SagaCancel> =>
    sagaMessage(
      `${businessKey}:cancel`,
      SAGA_MESSAGES.cancel,
      businessKey,
      { definition, businessKey, reason },
      at,
    );

/** The step of `place-order` that waits for another card. */
const CHARGE_STEP = 'charge-payment';

/** Each card given is a message of its own. */
export const sagaMendOf = (
  orderId: string,
  sealedToken: string,
  at: Date,
): OutgoingEvent<SagaMend> =>
  sagaMessage(
    `${orderId}:mend:${runtime.uuid()}`,
    SAGA_MESSAGES.mend,
    orderId,
    { definition: DEFINITION, businessKey: orderId, step: CHARGE_STEP, data: { sealedToken } },
    at,
  );

export const sagaCancelOf = cancelOf(DEFINITION);
export const returnCancelOf = cancelOf(RETURN_DEFINITION);

const fact = (
  contract: EventContract,
  order: FactSource,
  at: Date,
  more: Readonly<Record<string, unknown>> = {},
): OutgoingEvent => ({
  topic: contract.topic,
  key: order.orderId,
  id: `${order.orderId}:${order.revision}`,
  source: 'order',
  type: eventType(contract.name),
  subject: order.orderId,
  time: at.toISOString(),
  data: {
    orderId: order.orderId,
    revision: order.revision,
    status: order.status,
    customerId: order.customerId,
    merchantId: order.merchantId,
    channel: order.channel,
    currency: order.currency,
    totalAmount: order.totalAmount,
    occurredAt: at.toISOString(),
    ...more,
  },
});

export const createdFact = (order: Order): OutgoingEvent =>
  fact(orderCreated, order, order.createdAt, {
    items: order.items,
    shippingAddress: order.shippingAddress,
    contact: {
      email: order.email,
      ...(order.phone !== undefined && { phone: order.phone }),
      ...(order.locale !== undefined && { locale: order.locale }),
    },
  });

type SettledFact = FactSource & Pick<Order, 'reason' | 'trackingNumber'>;

/** The fact of an order whose status has just changed. */
export function settledFact(order: SettledFact, at: Date): OutgoingEvent {
  const { status, reason, trackingNumber } = order;
  switch (status) {
    case 'pending':
      throw new Error(`the order ${order.orderId} is pending, which is no change`);
    case 'confirmed':
      return fact(orderConfirmed, order, at);
    case 'shipped':
      return fact(orderShipped, order, at, trackingNumber === undefined ? {} : { trackingNumber });
    case 'completed':
      return fact(orderCompleted, order, at);
    case 'returned':
      return fact(orderReturned, order, at);
    case 'cancelled':
      return fact(orderCancelled, order, at, { reason });
  }
}
