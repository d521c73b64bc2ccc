/** Times and money as people read them, and as they give them. */
import { minorDigitsOf } from '#contracts';
import { decimalOf } from '../../apps/settlement/src/statements/decimal.js';
import { UsageError } from '../sagas/arguments.js';

/** `850 ms`, `12.4 s`, `5 min`, `3.2 h`, `12 d`. */
export function durationOf(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const [unit, size] =
    ms < 99_950
      ? (['s', 1_000] as const)
      : ms < 5_970_000
        ? (['min', 60_000] as const)
        : ms < 172_800_000
          ? (['h', 3_600_000] as const)
          : (['d', 86_400_000] as const);
  const amount = ms / size;
  const isFine = unit === 's' || unit === 'h';
  return `${isFine ? String(Math.round(amount * 10) / 10) : Math.round(amount)} ${unit}`;
}

export const sinceOf = (moment: string, nowMs: number): string =>
  durationOf(nowMs - Date.parse(moment));

/** `2026-11-27 02:10:03`; UTC, as in logs. */
export const momentText = (moment: string): string => moment.slice(0, 19).replace('T', ' ');

export const moneyText = ({ value, currency }: { value: number; currency: string }): string =>
  `${decimalOf(value, currency)} ${currency}`;

/** `12.90` of GBP -> 1290. @throws UsageError */
export function minorUnitsIn(option: string, text: string, currency: string | undefined): number {
  if (currency === undefined) throw new UsageError(`${option} needs --currency beside it`);
  const places = minorDigitsOf(currency);
  const [, whole, part = ''] = /^(\d{1,12})(?:\.(\d{1,4}))?$/.exec(text) ?? [];
  if (whole !== undefined && part.length <= places) return Number(whole + part.padEnd(places, '0'));
  const shape = places === 0 ? 'a whole amount' : `an amount with up to ${places} decimals`;
  throw new UsageError(`${option} must be ${shape}, such as ${decimalOf(1290, currency)}`);
}

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `2h` is two hours ago; what else is given is left to the server, which says what a moment is. */
export function momentIn(text: string, nowMs: number): string {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) return text;
  return new Date(nowMs - Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS]).toISOString();
}
