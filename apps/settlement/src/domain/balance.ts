/** What merchants may draw, and what is set aside for it. Pure decisions, no clock, no database. */
import { beyondLimit, type Beyond, type Limits } from './limits.js';

export interface Share {
  readonly merchantId: string;
  readonly currency: string;
}

/** In minor units. */
export interface Balance extends Share {
  /** May be drawn. */
  readonly available: number;
  /** Set aside for withdrawals that are under way. */
  readonly held: number;
  /** Gone, added up over all times. */
  readonly drawn: number;
  /** Grows by one with each change. */
  readonly revision: number;
}

/** `held`: set aside; `drawn`: paid out, for good; `released`: given back, and may be held anew. */
export type HoldStatus = 'held' | 'drawn' | 'released';

/** What one withdrawal has set aside. */
export interface Hold extends Share {
  readonly withdrawalId: string;
  readonly amount: number;
  readonly status: HoldStatus;
  /** UTC day that it counts against, YYYY-MM-DD. */
  readonly heldOn: string;
  /** Added up over the withdrawal's whole life. */
  readonly taken: number;
  readonly returned: number;
  readonly revision: number;
}

export interface HoldRequest extends Share {
  readonly withdrawalId: string;
  readonly amount: number;
  /** The day it is now. */
  readonly day: string;
}

export interface Change {
  readonly hold: Hold;
  readonly balance: Balance;
}

export type HoldDecision =
  | { readonly kind: 'held'; readonly change: Change }
  /** It was before. */
  | { readonly kind: 'unchanged'; readonly hold: Hold }
  /** It holds something else; one withdrawal has one hold. */
  | { readonly kind: 'conflict'; readonly hold: Hold }
  | { readonly kind: 'insufficient' }
  | ({ readonly kind: 'beyond-limit' } & Beyond);

/**
 * @param current what the withdrawal holds
 * @param today what others hold of the balance, or have drawn, of this day
 */
export function hold(
  current: Hold | undefined,
  balance: Balance,
  request: HoldRequest,
  { limits, today }: { limits: Limits; today: number },
): HoldDecision {
  const { withdrawalId, merchantId, currency, amount, day } = request;
  if (current && current.status !== 'released') {
    const isSame =
      current.merchantId === merchantId &&
      current.currency === currency &&
      current.amount === amount;
    return { kind: isSame ? 'unchanged' : 'conflict', hold: current };
  }
  const beyond = beyondLimit(limits, { currency, amount, today });
  if (beyond) return { kind: 'beyond-limit', ...beyond };
  if (amount > balance.available) return { kind: 'insufficient' };
  const { taken = 0, returned = 0, revision = 0 } = current ?? {};
  return {
    kind: 'held',
    change: {
      hold: {
        ...{ withdrawalId, merchantId, currency, amount, status: 'held', heldOn: day },
        ...{ taken: taken + amount, returned, revision: revision + 1 },
      },
      balance: moved(balance, { available: -amount, held: amount, drawn: 0 }),
    },
  };
}

/**
 * @returns undefined when there is nothing to give back (any more)
 * @throws Error for what no saga sends: money that is gone. The command is then parked, and a person
 *   looks at it.
 */
export function release(current: Hold | undefined, balanceOf: BalanceOf): Change | undefined {
  if (current?.status === 'drawn') {
    throw new Error(`cannot release ${current.withdrawalId}: what it held is drawn`);
  }
  if (current?.status !== 'held') return undefined;
  const { amount, revision, taken } = current;
  return {
    hold: { ...current, status: 'released', returned: taken, revision: revision + 1 },
    balance: moved(balanceOf(current), { available: amount, held: -amount, drawn: 0 }),
  };
}

/**
 * @returns undefined when it was drawn before
 * @throws Error for what no saga sends: nothing is set aside. The command is then parked, and a person
 *   looks at it.
 */
export function draw(
  current: Hold | undefined,
  withdrawalId: string,
  balanceOf: BalanceOf,
): Change | undefined {
  if (current?.status === 'drawn') return undefined;
  if (current?.status !== 'held') {
    throw new Error(`cannot draw for ${withdrawalId}: nothing is set aside for it`);
  }
  const { amount, revision } = current;
  return {
    hold: { ...current, status: 'drawn', revision: revision + 1 },
    balance: moved(balanceOf(current), { available: 0, held: -amount, drawn: amount }),
  };
}

type BalanceOf = (share: Share) => Balance;

type Moves = Pick<Balance, 'available' | 'held' | 'drawn'>;

/** @throws RangeError when there would be less than nothing of something */
function moved(balance: Balance, more: Moves): Balance {
  const after = {
    ...balance,
    available: balance.available + more.available,
    held: balance.held + more.held,
    drawn: balance.drawn + more.drawn,
    revision: balance.revision + 1,
  };
  if (after.available < 0 || after.held < 0) {
    const { merchantId, currency } = balance;
    throw new RangeError(`the balance of ${merchantId} in ${currency} would fall below zero`);
  }
  return after;
}
