import type { UnitOfWork } from '#messaging';
import {
  NotNowError,
  parked,
  pending,
  type Answers,
  type EffectDone,
  type EffectFailure,
  type LateAnswer,
} from '#participant';
import { counter, runtime } from '#platform';
import { statusFact } from '../domain/facts.js';
import { misunderstood, settle, type Outcome } from '../domain/withdrawal.js';
import { BankProblemError } from '../provider/bank.js';
import type { StoredWithdrawal } from '../persistence/withdrawal-row.js';
import type { WithdrawalRows } from '../persistence/withdrawal-rows.js';
import { answersDue, toAll } from './payout.replies.js';

const problems = counter({
  name: 'withdrawal_bank_problems_total',
  help: 'Payouts that the bank has refused, or that it does not understand',
  labelNames: ['kind'],
});

const UNAVAILABLE = pending({
  code: 'bank-unavailable',
  message: 'The bank cannot be reached; it is asked again.',
});

/** Writes what has become of payouts, tells those who wait for it, and publishes what was paid. */
export class PayoutRecorder {
  constructor(
    private readonly answers: Pick<Answers, 'answer'>,
    private readonly rows: Pick<WithdrawalRows, 'lockWithdrawals' | 'updateWithdrawals'>,
  ) {}

  /** What the bank said. */
  async record(unit: UnitOfWork, done: readonly EffectDone<Outcome>[]): Promise<void> {
    const now = runtime.date();
    const current = await this.rows.lockWithdrawals(
      unit.tx,
      done.map(({ subject }) => subject),
    );
    const changed = new Map<string, StoredWithdrawal>();
    const answers = done.flatMap(({ subject, outcome }): readonly LateAnswer[] => {
      const before = current.get(subject);
      const settled = before && settle(before, outcome);
      if (!settled || settled === before) return [];
      if (outcome.kind === 'refused') problems.inc({ kind: 'refused' });
      const due = answersDue(settled);
      current.set(subject, due.withdrawal);
      changed.set(subject, due.withdrawal);
      if (settled.status !== before.status) unit.publish(paidFact(settled, now));
      return due.answers;
    });
    await this.rows.updateWithdrawals(unit.tx, [...changed.values()], now);
    await this.answers.answer(unit, answers);
  }

  /**
   * Tries go on for as long as it takes. That the bank is away is said once, after the first; what it
   * does not understand is said as well, for a person has to look, and who waits for it waits on: it is
   * not given up, and may be paid as soon as the bank understands it.
   */
  async failed(unit: UnitOfWork, failures: readonly EffectFailure[]): Promise<void> {
    const telling = new Map(
      failures
        .filter(
          ({ error, attempts }) => error instanceof BankProblemError || isNews(error, attempts),
        )
        .map(({ subject, error }) => [subject, error]),
    );
    if (telling.size === 0) return;
    const withdrawals = await this.rows.lockWithdrawals(unit.tx, [...telling.keys()]);
    const changed: StoredWithdrawal[] = [];
    const answers = [...withdrawals.values()].flatMap((before): LateAnswer[] => {
      const error = telling.get(before.withdrawalId);
      if (!(error instanceof BankProblemError)) return toAll(before, UNAVAILABLE);
      const { code, message } = error;
      const after = misunderstood(before, code);
      if (after === before) return [];
      problems.inc({ kind: 'not-understood' });
      changed.push(after);
      return toAll(after, parked({ code: 'bank-rejected', message }));
    });
    await this.rows.updateWithdrawals(unit.tx, changed, runtime.date());
    await this.answers.answer(unit, answers);
  }
}

const isNews = (error: Error, attempts: number): boolean =>
  attempts === 1 && !(error instanceof NotNowError);

/** As an answer to the command that had it paid. */
function paidFact(withdrawal: StoredWithdrawal, now: Date) {
  const [cause] = withdrawal.payOutTo;
  return {
    ...statusFact(withdrawal, now),
    ...(cause && { correlationid: cause.sagaId, causationid: cause.commandId }),
    ...(cause?.traceparent !== undefined && { traceparent: cause.traceparent }),
  };
}
