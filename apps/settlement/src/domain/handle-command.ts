/** What each command does to balances and holds, and what it is answered. Pure. */
import { drawBalance, holdBalance, releaseBalance } from '#contracts';
import { refuse, succeed, type AdmittedCommand, type Answer } from '#participant';
import { draw, hold, release, type Change, type HoldRequest } from './balance.js';
import { effectOf } from './balance-facts.js';
import type { Beyond, Limits } from './limits.js';
import type { Till } from './till.js';

export interface Handled {
  readonly answer: Answer;
  readonly change?: Change | undefined;
}

/** As the contracts have it; all but the first only when holding. */
export interface WithdrawalPayload {
  readonly withdrawalId: string;
  readonly merchantId?: string;
  readonly currency?: string;
  readonly amount?: number;
}

/** @param day the UTC day it is, YYYY-MM-DD */
export function handleCommand(
  till: Till,
  { name, payload }: Pick<AdmittedCommand<WithdrawalPayload>, 'name' | 'payload'>,
  { limits, day }: { readonly limits: Limits; readonly day: string },
): Handled {
  const { withdrawalId } = payload;
  switch (name) {
    case holdBalance.name: {
      const { merchantId = '', currency = '', amount = 0 } = payload;
      return handleHold(till, { withdrawalId, merchantId, currency, amount, day }, limits);
    }
    case releaseBalance.name: {
      const change = release(till.holdOf(withdrawalId), till.balanceOf);
      return applied(till, 'settlement.balance-released', withdrawalId, change);
    }
    case drawBalance.name: {
      const change = draw(till.holdOf(withdrawalId), withdrawalId, till.balanceOf);
      return applied(till, 'settlement.balance-drawn', withdrawalId, change);
    }
    default:
      throw new Error(`${name} is not handled here`);
  }
}

/** Nothing to do is fine: it was done before, or there is nothing to undo. */
function applied(till: Till, reply: string, withdrawalId: string, change?: Change): Handled {
  if (change) till.apply(change);
  const now = till.holdOf(withdrawalId);
  return { answer: succeed(reply, {}, now && [effectOf(now)]), change };
}

function handleHold(till: Till, request: HoldRequest, limits: Limits): Handled {
  const { withdrawalId } = request;
  const current = till.holdOf(withdrawalId);
  const balance = till.balanceOf(request);
  const decision = hold(current, balance, request, { limits, today: till.todayOf(request) });
  const effects = current && [effectOf(current)];
  const { available } = balance;
  switch (decision.kind) {
    case 'held':
      return applied(till, HELD, withdrawalId, decision.change);
    case 'unchanged':
      return applied(till, HELD, withdrawalId);
    case 'conflict': {
      const message = 'The withdrawal has set another amount aside already.';
      const reason = { code: 'already-held', message };
      return { answer: refuse(INSUFFICIENT, { available }, reason, effects) };
    }
    case 'insufficient': {
      const { amount, currency } = request;
      const message = `${amount} ${currency} wanted, ${available} available (minor units).`;
      const reason = { code: 'insufficient-balance', message };
      return { answer: refuse(INSUFFICIENT, { available }, reason, effects) };
    }
    case 'beyond-limit': {
      const { limit, allowed } = decision;
      const message = sentenceOf(decision, request.currency);
      const reason = { code: 'limit-exceeded', message };
      return { answer: refuse('settlement.limit-exceeded', { limit, allowed }, reason, effects) };
    }
  }
}

const HELD = 'settlement.balance-held';
const INSUFFICIENT = 'settlement.balance-insufficient';

function sentenceOf({ limit, allowed }: Beyond, currency: string): string {
  const much = `${allowed} ${currency} (minor units)`;
  switch (limit) {
    case 'minimum':
      return `At least ${much} must be drawn at once.`;
    case 'maximum':
      return `At most ${much} may be drawn at once.`;
    case 'maximum-a-day':
      return `Of what may be drawn on one day (UTC), ${much} is left today.`;
  }
}
