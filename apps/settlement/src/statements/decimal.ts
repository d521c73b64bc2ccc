import { minorDigitsOf } from '#contracts';

/** `1234` and `GBP` -> `12.34`, `JPY` -> `1234`: each currency has its own minor unit. */
export function decimalOf(minorUnits: number, currency: string): string {
  const places = minorDigitsOf(currency);
  const text = String(Math.abs(minorUnits)).padStart(places + 1, '0');
  const whole = text.slice(0, text.length - places);
  const part = places === 0 ? '' : `.${text.slice(-places)}`;
  return `${minorUnits < 0 ? '-' : ''}${whole}${part}`;
}
