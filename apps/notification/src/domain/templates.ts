/** The texts of the notices. */
import { formatMoney } from './money.js';
import type { Notice, NoticeOrder, Template } from './notice.js';

export interface MailText {
  readonly subject: string;
  readonly text: string;
}

const orderConfirmed = (order: NoticeOrder): MailText => ({
  subject: `Your order ${order.orderId} is confirmed`,
  text: [
    'Thank you for your order. It is confirmed and on its way to you.',
    '',
    `Order: ${order.orderId}`,
    ...(order.trackingNumber === undefined
      ? []
      : [`Tracking number: ${oneLine(order.trackingNumber)}`]),
    '',
    ...linesOf(order),
    '',
    `Total: ${formatMoney(order.totalAmount, order.currency)}`,
    '',
  ].join('\n'),
});

const returnRefunded = (order: NoticeOrder): MailText => ({
  subject: `Your return of order ${order.orderId} is complete`,
  text: [
    'The goods you sent back have arrived.',
    '',
    `Order: ${order.orderId}`,
    '',
    ...linesOf(order),
    '',
    `Refunded: ${formatMoney(order.totalAmount, order.currency)}`,
    '',
  ].join('\n'),
});

const linesOf = ({ items, currency }: NoticeOrder): string[] =>
  items.map(
    ({ productId, quantity, unitPrice }) =>
      `${quantity} x ${oneLine(productId)}  ${formatMoney(unitPrice, currency)} each`,
  );

const templates: Record<Template, (order: NoticeOrder) => MailText> = {
  'order-confirmed': orderConfirmed,
  'return-refunded': returnRefunded,
};

export const mailTextOf = ({ template, order }: Notice): MailText => templates[template](order);

/** What others named must not add lines of its own to a mail. */
// oxlint-disable-next-line no-control-regex
const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f]+/g, ' ');
