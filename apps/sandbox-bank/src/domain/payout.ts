/** A payout as the bank keeps it, and what becomes of it. Pure. */
import type { z } from 'zod';
import type { payoutRequest } from '../http/parameters.js';

export type PayoutRequest = z.infer<typeof payoutRequest>;

/** Decided when it was ordered; until its time comes the payout is `pending`. `at`: epoch ms. */
export interface Decision {
  readonly status: 'paid' | 'refused';
  /** Why it is refused. */
  readonly code?: string;
  readonly at: number;
}

export interface Payout extends PayoutRequest {
  readonly payoutId: string;
  readonly createdAt: string;
  readonly decision: Decision;
}

/** Accounts that behave by themselves, whatever the mood. */
export const ACCOUNTS = {
  /** Refused at once: `account_closed`. */
  closed: 'GB00SAND00000000000001',
  /** Pending, then paid. */
  slow: 'GB00SAND00000000000002',
  /** Pending, then refused: `account_closed`. */
  slowlyClosed: 'GB00SAND00000000000003',
} as const;

export const SLOW_PAYOUT_MS = 2_000;
const CLOSED = 'account_closed';

/** People write account numbers with spaces and dashes, and in either case. */
const plain = (number: string): string => number.replace(/[ -]/g, '').toUpperCase();

export const decisionOn = (
  { account }: PayoutRequest,
  { nowMs, slowMs, refuses }: { nowMs: number; slowMs: number; refuses: boolean },
): Decision => {
  if (refuses) return { status: 'refused', code: 'payouts_suspended', at: nowMs };
  switch (plain(account.number)) {
    case ACCOUNTS.closed:
      return { status: 'refused', code: CLOSED, at: nowMs };
    case ACCOUNTS.slow:
      return { status: 'paid', at: nowMs + slowMs };
    case ACCOUNTS.slowlyClosed:
      return { status: 'refused', code: CLOSED, at: nowMs + slowMs };
    default:
      return { status: 'paid', at: nowMs };
  }
};

/** As it stands at this moment. */
export const payoutAt = ({ decision, ...payout }: Payout, nowMs: number) => {
  const { status, code, at } = decision;
  if (at > nowMs) return { ...payout, status: 'pending' as const };
  const decidedAt = new Date(at).toISOString();
  return { ...payout, status, ...(code !== undefined && { code }), decidedAt };
};
export type ShownPayout = ReturnType<typeof payoutAt>;

/** Where anybody may look, of an account the end is enough to know it by. */
export const withoutNumber = (payout: ShownPayout): ShownPayout => {
  const { number } = payout.account;
  return { ...payout, account: { ...payout.account, number: `…${number.slice(-4)}` } };
};
