/** What a customer pays in a shop or by transfer: how, until when, and whether they ever will. */
import { randomInt } from 'node:crypto';
import { DAY_MS } from '#sandbox';
import type { Action } from './books.js';

const JAPAN_AHEAD_MS = 9 * 60 * 60 * 1000;
export const DEFAULT_KONBINI_DAYS = 3;
const LATE_FACTOR = 5;

/** Kinds of bank transfer and the only currency that each of them takes. */
export const TRANSFERS: Readonly<Record<string, string>> = {
  jp_bank_transfer: 'jpy',
  us_bank_transfer: 'usd',
  gb_bank_transfer: 'gbp',
  eu_bank_transfer: 'eur',
  mx_bank_transfer: 'mxn',
};

interface Wanted {
  readonly method: Action['method'];
  /** Decides what the customer will do, as card tokens do for cards. */
  readonly email?: string | undefined;
  readonly days?: number | undefined;
  readonly transfer?: string | undefined;
}

/** @param paidAfterMs how long customers need to pay; 0 = they never do by themselves */
export const actionOf = (
  { method, email, days = DEFAULT_KONBINI_DAYS, transfer }: Wanted,
  nowMs: number,
  paidAfterMs: number,
): Action => ({
  method,
  reference: digits(method === 'konbini' ? 11 : 10),
  payAtMs: payAtMs(email, nowMs, paidAfterMs),
  ...(method === 'konbini' ? { expiresAtMs: endOfDayInJapan(nowMs, days) } : { transfer }),
});

const payAtMs = (
  email: string | undefined,
  nowMs: number,
  paidAfterMs: number,
): number | undefined => {
  if (paidAfterMs === 0 || email?.startsWith('never-pays')) return undefined;
  return nowMs + paidAfterMs * (email?.startsWith('pays-late') ? LATE_FACTOR : 1);
};

/** 23:59:59 in Japan, so many days from today. */
const endOfDayInJapan = (nowMs: number, days: number): number => {
  const today = Math.floor((nowMs + JAPAN_AHEAD_MS) / DAY_MS);
  return (today + days + 1) * DAY_MS - JAPAN_AHEAD_MS - 1000;
};

const digits = (count: number): string =>
  Array.from({ length: count }, (_, n) => String(randomInt(n === 0 ? 1 : 0, 10))).join('');
