const formats = new Map<string, Intl.NumberFormat>();

/** `1234` and `EUR` -> `EUR 12.34`, `JPY` -> `JPY 1,234`: each currency has its own minor unit. */
export function formatMoney(minorUnits: number, currency: string): string {
  const format = formatOf(currency);
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  // The space that Intl puts between code and amount is no plain one, which old mailers garble.
  return format.format(minorUnits / 10 ** digits).replace(/\u00a0/g, ' ');
}

/** Making a format costs fifty times what using it costs. */
function formatOf(currency: string): Intl.NumberFormat {
  const known = formats.get(currency);
  if (known) return known;
  const format = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    currencyDisplay: 'code',
  });
  formats.set(currency, format);
  return format;
}
