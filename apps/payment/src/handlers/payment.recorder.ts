import type { UnitOfWork } from '#messaging';
import { dead, parked, type Answers, type EffectDone, type EffectFailure } from '#participant';
import { settle, type Outcome } from '../domain/settle.js';
import { lockPayments } from '../persistence/lock-payments.js';
import { updatePayments, type PaymentChange } from '../persistence/update-payments.js';
import { answersDue, factEvents, rejected } from './payment.replies.js';

/** Writes what came of the work, tells those who wait for it, and publishes what happened. */
export class PaymentRecorder {
  constructor(private readonly answers: Pick<Answers, 'answer'>) {}

  async record(unit: UnitOfWork, done: readonly EffectDone<Outcome>[]): Promise<void> {
    const payments = await lockPayments(
      unit.tx,
      done.map(({ subject }) => subject),
    );
    const changes: PaymentChange[] = [];
    const now = new Date();
    const answers = done.flatMap(({ subject, outcome }) => {
      const before = payments.get(subject);
      if (!before) return [];
      const settled = settle(before, outcome);
      if (settled === before) return [];
      const due = answersDue(settled);
      changes.push({ before, after: due.payment });
      const [cause] = due.answers;
      unit.publish(...factEvents(before, due.payment, cause?.to, now));
      return [...due.answers, ...refusedUndo(before, outcome)];
    });
    await updatePayments(unit.tx, changes);
    await this.answers.answer(unit, answers);
  }

  /**
   * Tries go on for as long as it takes, because money may be at stake; that it takes longer is said
   * once, after the first try.
   */
  async failed(unit: UnitOfWork, failures: readonly EffectFailure[]): Promise<void> {
    const first = new Map(
      failures
        .filter(({ attempts }) => attempts === 1)
        .map(({ subject, error }) => [subject, error]),
    );
    if (first.size === 0) return;
    const payments = await lockPayments(unit.tx, [...first.keys()]);
    const answers = [...payments.values()].flatMap(({ orderId, wanted, chargeTo, undoTo }) => {
      const message = first.get(orderId)?.message ?? '';
      const answer = parked({ code: 'provider-unavailable', message });
      return (wanted === 'captured' ? chargeTo : undoTo).map((to) => ({ to, answer }));
    });
    await this.answers.answer(unit, answers);
  }
}

/** They stay among those who wait: should a later try succeed, they are told that too. */
const refusedUndo = ({ undoTo }: PaymentChange['before'], outcome: Outcome) =>
  outcome.kind === 'rejected' && outcome.what === 'undo'
    ? undoTo.map((to) => ({ to, answer: dead(rejected(outcome.code)) }))
    : [];
