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
  const format = formatOf(currency, locale, display);
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  // Old mailers garble the spaces that Intl takes.
  return format.format(minorUnits / 10 ** digits).replace(/[\u00a0\u202f]/g, ' ');
}

/** Making a format costs fifty times what using it costs. */
function formatOf(currency: string, locale: string, currencyDisplay: CurrencyDisplay) {
  const key = `${locale} ${currencyDisplay} ${currency}`;
  const known = formats.get(key);
  if (known) return known;
  if (formats.size >= MAX_FORMATS) formats.clear();
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay });
  formats.set(key, format);
  return format;
}
