import { ProblemException } from '#platform';
import type { Order } from '../domain/order.js';
import type { CardGiven } from '../acceptance/another-card.js';
import { MOST_CARDS } from '../domain/another-card.js';
import type { OrderSummary } from '../persistence/read-orders.js';
import type { OrderDto, OrderSummaryDto } from './orders.dto.js';

/** A DTO class describes the shape to the OpenAPI document; what is answered is a plain object. */
type Plain<Dto> = Pick<Dto, keyof Dto>;

export const summaryView = (order: OrderSummary): Plain<OrderSummaryDto> => ({
  orderId: order.orderId,
  status: order.status,
  ...(order.reason && { reason: order.reason }),
  customerId: order.customerId,
  merchantId: order.merchantId,
  channel: order.channel,
  currency: order.currency,
  totalAmount: order.totalAmount,
  ...(order.trackingNumber !== undefined && { trackingNumber: order.trackingNumber }),
  revision: order.revision,
  createdAt: order.createdAt.toISOString(),
  updatedAt: order.updatedAt.toISOString(),
});

export const orderView = (order: Order): OrderDto => {
  const { country, ...address } = order.shippingAddress;
  return {
    ...summaryView(order),
    items: order.items,
    shippingAddress: { ...address, ...(country !== undefined && { country }) },
    email: order.email,
    ...(order.phone !== undefined && { phone: order.phone }),
    ...(order.locale !== undefined && { locale: order.locale }),
    payment: { method: order.paymentMethod },
  };
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isUuid = (text: string): boolean => UUID.test(text);

/** Where the next page begins; opaque to clients, so that the order of the list may change. */
export const cursorOf = (orderId: string): string =>
  Buffer.from(orderId.replaceAll('-', ''), 'hex').toString('base64url');

/** The order id behind a cursor, or undefined for a text that is none. */
export function orderIdOf(cursor: string): string | undefined {
  const hex = Buffer.from(cursor, 'base64url').toString('hex');
  const match = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(hex);
  return match?.slice(1).join('-');
}

export const unknownOrder = (orderId: string): ProblemException =>
  new ProblemException(404, 'No such order', `There is no order ${orderId}.`, {
    errors: [{ field: 'orderId', message: 'is not known' }],
  });

/** Says why an order takes no other card, and what to do. */
export function noCardWanted({ status, paymentMethod, verdict }: CardGiven): ProblemException {
  const refused = (code: string, detail: string) =>
    new ProblemException(409, 'The order waits for no card', detail, { code });
  if (status !== 'pending') {
    return refused(`order-${status}`, `The order is ${status}: nothing is to be paid.`);
  }
  if (paymentMethod !== 'credit_card') {
    return refused('not-by-card', `The order is paid by ${paymentMethod}.`);
  }
  if (verdict === 'too-many') {
    const detail = `${MOST_CARDS} other cards were tried; whoever still wants the goods orders anew.`;
    return refused('too-many-cards', detail);
  }
  return refused(
    'not-declined',
    'The card that it has was not declined, or is being tried: wait for `payment-declined` in its history.',
  );
}
