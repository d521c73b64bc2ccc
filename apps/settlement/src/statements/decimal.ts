const digits = new Map<string, number>();
/** Far more than there are; what comes over the wire must not fill the memory. */
const MAX_CURRENCIES = 500;

/** `1234` and `GBP` -> `12.34`, `JPY` -> `1234`: each currency has its own minor unit. */
export function decimalOf(minorUnits: number, currency: string): string {
  const places = placesOf(currency);
  const text = String(Math.abs(minorUnits)).padStart(places + 1, '0');
  const whole = text.slice(0, text.length - places);
  const part = places === 0 ? '' : `.${text.slice(-places)}`;
  return `${minorUnits < 0 ? '-' : ''}${whole}${part}`;
}

function placesOf(currency: string): number {
  const known = digits.get(currency);
  if (known !== undefined) return known;
  if (digits.size >= MAX_CURRENCIES) digits.clear();
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions();
  digits.set(currency, maximumFractionDigits);
  return maximumFractionDigits;
}
