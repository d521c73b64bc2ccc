/** Numbers, money, moments and durations as the reader writes them. Locale undefined: the reader's own. */

type Locale = string | undefined;

const cache = new Map<string, unknown>();

/** Formatters take longer to make than to use. */
function once<T>(key: string, make: () => T): T {
  if (!cache.has(key)) cache.set(key, make());
  return cache.get(key) as T;
}

const moneyFormat = (currency: string, locale: Locale): Intl.NumberFormat =>
  once(
    `money ${currency} ${locale}`,
    () => new Intl.NumberFormat(locale, { style: 'currency', currency }),
  );

/** Digits after the point; 2 for what is no currency. */
export function minorDigits(currency: string): number {
  if (!isCurrency(currency)) return 2;
  return moneyFormat(currency, 'en').resolvedOptions().maximumFractionDigits ?? 2;
}

export const isCurrency = (unit: string): boolean => /^[A-Z]{3}$/.test(unit);

/** @param value in minor units */
export const formatMoney = (value: number, currency: string, locale?: Locale): string =>
  isCurrency(currency)
    ? moneyFormat(currency, locale).format(value / 10 ** minorDigits(currency))
    : `${formatNumber(value, locale)} ${currency}`;

/** @returns minor units, or undefined for what is no amount of this currency */
export function parseMoney(text: string, currency: string): number | undefined {
  const digits = minorDigits(currency);
  const [, whole = '', part = ''] = /^(\d{1,13})(?:[.,](\d{1,3}))?$/.exec(text.trim()) ?? [];
  if (whole === '' || part.length > digits) return undefined;
  return Number(whole + part.padEnd(digits, '0'));
}

/** As `parseMoney` reads it. @param value in minor units */
export const moneyText = (value: number, currency: string): string =>
  (value / 10 ** minorDigits(currency)).toFixed(minorDigits(currency));

export const formatNumber = (value: number, locale?: Locale): string =>
  once(`number ${locale}`, () => new Intl.NumberFormat(locale)).format(value);

/** Date and time to the second; where `ms`, to the thousandth. */
export const formatMoment = (iso: string, locale?: Locale, ms = false): string =>
  once(
    `moment ${locale} ${ms}`,
    () =>
      new Intl.DateTimeFormat(locale, {
        ...{ year: 'numeric', month: 'short', day: 'numeric' },
        ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
        ...(ms && { fractionalSecondDigits: 3 }),
      }),
  ).format(new Date(iso));

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** The two largest units: `3 days 4 hr`, `12 min 5 sec`, `850 ms`. */
export function formatDuration(ms: number, locale?: Locale): string {
  const one = (value: number, unit: string): string =>
    once(
      `duration ${unit} ${locale}`,
      () => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }),
    ).format(value);
  if (ms < 1_000) return one(Math.max(0, Math.round(ms)), 'millisecond');
  if (ms < 10_000) return one(Math.round(ms / 100) / 10, 'second');
  let rest = Math.round(ms / 1_000) * 1_000;
  const parts: string[] = [];
  for (const [unit, length] of UNITS) {
    const value = Math.floor(rest / length);
    rest -= value * length;
    if (value > 0) parts.push(one(value, unit));
    // a unit further down would pretend to know more than anybody reads
    if (parts.length === 2 || (parts.length === 1 && value === 0)) break;
  }
  return parts.join(' ');
}

/** `5 min ago`, `in 2 hr`. */
export function formatSince(iso: string, nowMs: number, locale?: Locale): string {
  const ms = new Date(iso).getTime() - nowMs;
  const [unit, length] = UNITS.find(([, of]) => Math.abs(ms) >= of) ?? UNITS[3];
  return once(
    `since ${locale}`,
    () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' }),
  ).format(Math.trunc(ms / length), unit);
}

/** Of `<input type="datetime-local">`, in the reader's time zone. */
export function localInput(iso: string | undefined): string {
  if (iso === undefined || Number.isNaN(Date.parse(iso))) return '';
  const date = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** @returns undefined for an empty or a wrong one */
export function momentOfInput(local: string): string | undefined {
  const ms = local === '' ? NaN : new Date(local).getTime();
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

/** `hand-over` as people say it: `Hand over`. */
export const words = (name: string): string => {
  const text = name.replaceAll(/[-_.]/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};
