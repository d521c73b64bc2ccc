/**
 * Drives the bank towards paying. It runs outside of any transaction, may be cut off after every line
 * and begun again by another process, and for the time of a lost lease two of it may run. What makes
 * that harmless: a reference has one payout at the bank, which is decided once, and asking for it again
 * says how far it is. Who may have asked before looks first.
 */
import { NotNowError, traceEffect } from '#participant';
import { runtime } from '#platform';
import { isOut, pollPauseMs, type Outcome, type PollPauses } from '../domain/withdrawal.js';
import type { Withdrawal } from '../domain/withdrawal.js';
import type { Bank } from '../provider/bank.js';

export interface PayoutStore {
  find(withdrawalId: string): Promise<Withdrawal | undefined>;
  /** Writes what was found out while there is more to do, with its answers. */
  settle(withdrawalId: string, outcome: Outcome): Promise<void>;
}

export interface Run {
  /** 1 for the first run since it was wanted. */
  readonly attempt: number;
  readonly signal: AbortSignal;
}

export class PayoutExecution {
  constructor(
    private readonly bank: Bank,
    private readonly store: PayoutStore,
    private readonly pauses: PollPauses,
  ) {}

  /**
   * @throws OutboundError, BankProblemError to be tried again
   * @throws NotNowError while the bank takes its time: that is no run that failed
   */
  async execute(withdrawalId: string, { attempt, signal }: Run): Promise<Outcome> {
    const withdrawal = await this.store.find(withdrawalId);
    if (!withdrawal || !isOut(withdrawal)) return { kind: 'unchanged' };
    const traced = { worker: 'payout', subject: withdrawalId, waiting: withdrawal.payOutTo };
    return traceEffect(traced, () => this.drive(withdrawal, { attempt, signal }));
  }

  private async drive(withdrawal: Withdrawal, { attempt, signal }: Run): Promise<Outcome> {
    const mayExist = attempt > 1 || withdrawal.payout === 'pending';
    const existing = mayExist ? await this.bank.find(withdrawal) : undefined;
    signal.throwIfAborted();
    const answer = existing ?? (await this.bank.pay(withdrawal));
    if (answer.kind !== 'pending') return answer;
    await this.store.settle(withdrawal.withdrawalId, answer);
    const waitedMs = runtime.date().getTime() - withdrawal.updatedAt.getTime();
    throw new NotNowError('the bank takes its time', pollPauseMs(this.pauses, waitedMs));
  }
}
