/** Makes a mail of a notice. Pure, so that the same notice is the same mail each time it is tried. */
import type { Notice } from './notice.js';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Stable, so that a mail that is sent twice is recognised as one. */
  readonly messageId: string;
  readonly orderId: string;
}

const LANGUAGE = 'en-GB';

/** Minor units as people write the currency: 1530 GBP is £15.30, 1530 JPY is JP¥1,530. */
export const formatMoney = (minorUnits: number, currency: string): string => {
  const format = new Intl.NumberFormat(LANGUAGE, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(minorUnits / 10 ** digits);
};

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** `domain` is that of the sender's address. */
export const composeMail = (notice: Notice, domain: string): Mail => {
  const { orderId, items, totalAmount, currency, trackingNumber } = notice.data;
  const lines = items.map(({ productId, quantity, unitPrice }) => ({
    what: `${quantity} x ${productId}`,
    price: formatMoney(quantity * unitPrice, currency),
  }));
  const total = formatMoney(totalAmount, currency);
  const tracking = trackingNumber === undefined ? [] : [`Tracking number: ${trackingNumber}`];
  const opening = `Thank you for your order ${orderId}. It is paid and on its way to you.`;
  return {
    to: notice.recipient,
    subject: `Your order ${orderId} is confirmed`,
    text: [
      opening,
      '',
      ...lines.map(({ what, price }) => `  ${what}: ${price}`),
      '',
      `Total: ${total}`,
      ...tracking,
      '',
    ].join('\n'),
    html: [
      `<p>${escapeHtml(opening)}</p>`,
      '<table>',
      ...lines.map(
        ({ what, price }) => `<tr><td>${escapeHtml(what)}</td><td>${escapeHtml(price)}</td></tr>`,
      ),
      `<tr><th>Total</th><th>${escapeHtml(total)}</th></tr>`,
      '</table>',
      ...tracking.map((line) => `<p>${escapeHtml(line)}</p>`),
    ].join('\n'),
    messageId: `<${notice.template}.${notice.subjectId}@${domain}>`,
    orderId,
  };
};
