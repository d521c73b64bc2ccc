/** What the carrier asks for a parcel: the same for the same goods and address, always. */
import type { z } from 'zod';
import type { rateRequest } from '../http/parameters.js';

export interface Rate {
  readonly service: 'standard' | 'express';
  /** In minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly days: number;
}

const CURRENCIES: Readonly<Record<string, string>> = { JP: 'JPY', US: 'USD' };
const ZONES = 5;
/** Couriers on bicycles, in the innermost zone: quicker, and for few pieces cheaper than a van. */
const BICYCLE_AMOUNT = 390;
const BICYCLE_PIECES_MAX = 2;

/** Zone 0 is the innermost; it follows from the digits of the postal code. */
export const zoneOf = (postalCode: string): number =>
  Array.from(postalCode, (digit) => Number(digit) || 0).reduce((sum, digit) => sum + digit, 0) %
  ZONES;

export const ratesOf = ({ address, items }: z.infer<typeof rateRequest>): readonly Rate[] => {
  const pieces = items.reduce((sum, { quantity }) => sum + quantity, 0);
  const zone = zoneOf(address.postalCode);
  const currency = CURRENCIES[address.country ?? 'GB'] ?? 'GBP';
  const amount = 450 + 75 * zone + 20 * pieces;
  const byBicycle = zone === 0 && pieces <= BICYCLE_PIECES_MAX;
  return [
    { service: 'standard', amount, currency, days: 2 + zone },
    { service: 'express', amount: byBicycle ? BICYCLE_AMOUNT : amount * 2, currency, days: 1 },
  ];
};
