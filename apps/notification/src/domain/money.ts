import { minorDigitsOf } from '#contracts';

/** How one language writes money: `¥1,234`, or `1,234円`. */
export type CurrencyDisplay = 'symbol' | 'name' | 'code';

const formats = new Map<string, Intl.NumberFormat>();
/** Far more than a shop has; what customers choose must not fill the memory. */
const MAX_FORMATS = 500;

/** `1234` and `EUR` -> `€12.34`, `JPY` -> `¥1,234`: each currency has its own minor unit. */
export function formatMoney(
  minorUnits: number,
  currency: string,
  locale = 'en',
  display: CurrencyDisplay = 'symbol',
): string {
  const digits = minorDigitsOf(currency);
  const number = formatOf(`${locale} ${display} ${currency}`, locale, {
    ...({ style: 'currency', currency, currencyDisplay: display } as const),
    ...{ minimumFractionDigits: digits, maximumFractionDigits: digits },
  });
  // Old mailers garble the spaces that Intl takes.
  return number.format(minorUnits / 10 ** digits).replace(/[\u00a0\u202f]/g, ' ');
}

/** How many pieces there are of something. */
export const formatCount = (count: number, locale: string): string =>
  formatOf(locale, locale, {}).format(count);

/** Making a format costs fifty times what using it costs. */
function formatOf(
  key: string,
  locale: string,
  options: Intl.NumberFormatOptions,
): Intl.NumberFormat {
  const known = formats.get(key);
  if (known) return known;
  if (formats.size >= MAX_FORMATS) formats.clear();
  const format = new Intl.NumberFormat(locale, options);
  formats.set(key, format);
  return format;
}
