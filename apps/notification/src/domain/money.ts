/** How one language writes money: `¥1,234`, or `1,234円`. */
export type CurrencyDisplay = 'symbol' | 'name' | 'code';

interface Format {
  readonly number: Intl.NumberFormat;
  readonly digits: number;
}

const formats = new Map<string, Format>();
/** Far more than a shop has; what customers choose must not fill the memory. */
const MAX_FORMATS = 500;

/** `1234` and `EUR` -> `€12.34`, `JPY` -> `¥1,234`: each currency has its own minor unit. */
export function formatMoney(
  minorUnits: number,
  currency: string,
  locale = 'en',
  display: CurrencyDisplay = 'symbol',
): string {
  const style = { style: 'currency', currency, currencyDisplay: display } as const;
  const { number, digits } = formatOf(`${locale} ${display} ${currency}`, locale, style);
  // Old mailers garble the spaces that Intl takes.
  return number.format(minorUnits / 10 ** digits).replace(/[\u00a0\u202f]/g, ' ');
}

/** How many pieces there are of something. */
export const formatCount = (count: number, locale: string): string =>
  formatOf(locale, locale, {}).number.format(count);

/** Making a format costs fifty times what using it costs, and so does asking for its options. */
function formatOf(key: string, locale: string, options: Intl.NumberFormatOptions): Format {
  const known = formats.get(key);
  if (known) return known;
  if (formats.size >= MAX_FORMATS) formats.clear();
  const number = new Intl.NumberFormat(locale, options);
  const format = { number, digits: number.resolvedOptions().maximumFractionDigits ?? 2 };
  formats.set(key, format);
  return format;
}
