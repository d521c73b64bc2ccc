import type { BankAnswer } from '../../../apps/withdrawal/src/domain/withdrawal.js';
import type { Bank, PayoutOrder } from '../../../apps/withdrawal/src/provider/bank.js';
import type { Actor } from '../world/scheduler.js';
import type { OutsideLine } from './line.js';

/** The number of an account that is closed: nothing is paid to it. */
export const CLOSED_ACCOUNT = 'JP00CLOSED';

export interface BookedPayout {
  readonly payoutId: string;
  readonly merchantOf: string;
  readonly currency: string;
  /** Minor units. */
  readonly amount: number;
  readonly isRefused: boolean;
  /** Until then it is pending; virtual time. */
  readonly decidedAtMs: number;
}

/** The bank's own books: what was said about a reference once is for good, however often it is asked. */
export class BankBooks {
  /** By withdrawal. */
  readonly payouts = new Map<string, BookedPayout>();

  /** @param takesMs how long the bank takes to decide; 0: at once */
  constructor(
    private readonly nowMs: () => number,
    private readonly takesMs: (withdrawalId: string) => number,
    private readonly met: (situation: string) => void,
  ) {}

  pay({ withdrawalId, currency, amount, account }: PayoutOrder): BankAnswer {
    if (this.payouts.has(withdrawalId)) this.met('payout ordered again');
    else {
      this.payouts.set(withdrawalId, {
        payoutId: `po_${this.payouts.size + 1}`,
        merchantOf: account.holder,
        ...{ currency, amount },
        isRefused: account.number === CLOSED_ACCOUNT,
        decidedAtMs: this.nowMs() + this.takesMs(withdrawalId),
      });
    }
    return this.find(withdrawalId) as BankAnswer;
  }

  find(withdrawalId: string): BankAnswer | undefined {
    const payout = this.payouts.get(withdrawalId);
    if (!payout) return undefined;
    const { payoutId, isRefused, decidedAtMs } = payout;
    if (this.nowMs() < decidedAtMs) {
      this.met('payout pending');
      return { kind: 'pending', payoutId };
    }
    if (isRefused) return { kind: 'refused', payoutId, code: 'account_closed' };
    return { kind: 'paid', payoutId };
  }
}

/** One process's client of the bank. */
export class SimBank implements Bank {
  constructor(
    private readonly line: OutsideLine,
    private readonly books: BankBooks,
    private readonly actor: Actor,
  ) {}

  pay(order: PayoutOrder): Promise<BankAnswer> {
    return this.line.call(this.actor, `pay ${order.withdrawalId}`, () => this.books.pay(order));
  }

  find({ withdrawalId }: PayoutOrder): Promise<BankAnswer | undefined> {
    return this.line.call(this.actor, `find ${withdrawalId}`, () => this.books.find(withdrawalId));
  }
}
