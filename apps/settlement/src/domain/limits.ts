/** How much may be drawn, in minor units of each currency. */
export interface Limits {
  /** At least so much at once. */
  readonly minimum: LimitOf;
  /** At most so much at once. */
  readonly maximum: LimitOf;
  /** At most so much on one UTC day. */
  readonly maximumADay: LimitOf;
}

export type LimitOf = (currency: string) => number;

export type LimitName = 'minimum' | 'maximum' | 'maximum-a-day';

export interface Beyond {
  readonly limit: LimitName;
  /** What would have been allowed: with `minimum` the least, else the most. */
  readonly allowed: number;
}

/** @param today what is held and drawn of the balance on this day already, in the same currency */
export function beyondLimit(
  { minimum, maximum, maximumADay }: Limits,
  { currency, amount, today }: { currency: string; amount: number; today: number },
): Beyond | undefined {
  const least = minimum(currency);
  if (amount < least) return { limit: 'minimum', allowed: least };
  const most = maximum(currency);
  if (amount > most) return { limit: 'maximum', allowed: most };
  const left = Math.max(0, maximumADay(currency) - today);
  return amount > left ? { limit: 'maximum-a-day', allowed: left } : undefined;
}

/** As in a setting: `1000`, `GBP:100,JPY:10000`, or `1000,JPY:10000`. */
export function limitOf(text: string, otherwise: number): LimitOf | undefined {
  const amounts = new Map<string, number>();
  for (const entry of text.split(',')) {
    const [, currency = '*', amount] = /^\s*(?:([A-Z]{3})\s*:\s*)?(\d{1,13})\s*$/.exec(entry) ?? [];
    if (amount === undefined || amounts.has(currency)) return undefined;
    if (Number(amount) > MOST) return undefined;
    amounts.set(currency, Number(amount));
  }
  return (currency) => amounts.get(currency) ?? amounts.get('*') ?? otherwise;
}

/** As much as a command can ask for. */
export const MOST = 1_000_000_000_000;
