/** What the templates are given: texts that are ready to be shown, and nothing else. */
import type { NoticeOrder } from '../domain/notice.js';
import { formatCount, formatMoney, type CurrencyDisplay } from '../domain/money.js';

/** How values are written for one reader. */
export interface Writing {
  /** For dates and money: the reader's own where the texts are in that language. */
  readonly locale: string;
  readonly timeZone: string;
  readonly currencyDisplay: CurrencyDisplay;
  /** What codes mean, in words; what is not among them is not told. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** Every name is there, also where it has no value: templates that ask for another one fail. */
export interface View {
  readonly language: string;
  readonly orderId: string;
  readonly total: string;
  readonly items: readonly {
    readonly productId: string;
    readonly quantity: string;
    readonly unitPrice: string;
  }[];
  readonly trackingNumber: string | undefined;
  readonly reference: string | undefined;
  readonly payBy: string | undefined;
  readonly payUrl: string | undefined;
  /** Paid in a convenience store, not by transfer. */
  readonly inShop: boolean;
  readonly refunded: string | undefined;
  readonly reason: string | undefined;
}

export function viewOf(order: NoticeOrder, language: string, writing: Writing): View {
  const { locale, currencyDisplay, reasons } = writing;
  const { instructions, refunded, trackingNumber, reasonCode } = order;
  const money = (minorUnits: number): string =>
    formatMoney(minorUnits, order.currency, locale, currencyDisplay);
  const reason =
    reasonCode !== undefined && Object.hasOwn(reasons, reasonCode)
      ? reasons[reasonCode]
      : undefined;
  return {
    language,
    orderId: oneLine(order.orderId),
    total: money(order.totalAmount),
    items: order.items.map(({ productId, quantity, unitPrice }) => ({
      productId: oneLine(productId),
      quantity: formatCount(quantity, locale),
      unitPrice: money(unitPrice),
    })),
    trackingNumber: trackingNumber === undefined ? undefined : oneLine(trackingNumber),
    reference: instructions && oneLine(instructions.reference),
    payBy: instructions && formatTime(instructions.payBy, writing),
    payUrl: instructions?.url === undefined ? undefined : webAddress(instructions.url),
    inShop: instructions?.method === 'convenience_store',
    refunded: refunded === undefined ? undefined : money(refunded),
    reason,
  };
}

/**
 * What others named must not add lines of its own to a mail, nor turn its letters around: control
 * characters, the line separators of Unicode, and what changes the direction of writing.
 */
export const oneLine = (text: string): string =>
  text
    .toWellFormed()
    // oxlint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .trim();

/** With its zone: a customer may live in another one. What is no time is shown as it came. */
function formatTime(text: string, { locale, timeZone }: Writing): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return oneLine(text);
  const format = new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short',
  });
  return format.format(at).replace(/[\u00a0\u202f]/g, ' ');
}

/** A link that runs something is none. */
function webAddress(text: string): string | undefined {
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) ? url.href : undefined;
}
