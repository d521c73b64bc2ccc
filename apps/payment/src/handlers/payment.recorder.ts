import type { FeeRate } from '#contracts';
import type { Tx, UnitOfWork } from '#messaging';
import {
  NotNowError,
  dead,
  parked,
  pending,
  type Answers,
  type EffectDone,
  type EffectFailure,
  type LateAnswer,
} from '#participant';
import { runtime } from '#platform';
import { withFee } from '../domain/fee.js';
import { isTaken, type Payment } from '../domain/payment.js';
import { settle, type Outcome } from '../domain/settle.js';
import { postgresFeeRateRows, type FeeRateRows } from '../persistence/fee-rate-rows.js';
import { postgresPaymentRows, type PaymentRows } from '../persistence/payment-rows.js';
import type { PaymentChange } from '../persistence/update-payments.js';
import type { StoredPayment } from '../persistence/payment-row.js';
import { factEvents } from './payment.facts.js';
import { answersDue, effectsOf, rejected } from './payment.replies.js';

/** Writes what came of the work, tells those who wait for it, and publishes what happened. */
export class PaymentRecorder {
  constructor(
    private readonly answers: Pick<Answers, 'answer' | 'report'>,
    private readonly rows: PaymentRows = postgresPaymentRows,
    private readonly rates: Pick<FeeRateRows, 'findFeeRates'> = postgresFeeRateRows,
  ) {}

  async record(unit: UnitOfWork, done: readonly EffectDone<Outcome>[]): Promise<void> {
    const payments = await this.rows.lockPayments(
      unit.tx,
      done.map(({ subject }) => subject),
    );
    const settled = done.flatMap(({ subject, outcome }) => {
      const before = payments.get(subject);
      const after = before && settle(before, outcome);
      return before && after && after !== before ? [{ before, after, outcome }] : [];
    });
    const ratesOf = await this.ratesFor(unit.tx, settled);
    const changes: PaymentChange[] = [];
    const now = runtime.date();
    const answers = settled.flatMap(({ before, after, outcome }) => {
      const due = answersDue(withFee(before, after, ratesOf(after), now));
      changes.push({ before, after: due.payment });
      const [cause] = due.answers;
      unit.publish(...factEvents(before, due.payment, cause?.to, now));
      if (outcome.kind === 'goods-refunded') this.report(unit, due.payment);
      return [...due.answers, ...refusals(before, outcome)];
    });
    await this.rows.updatePayments(unit.tx, changes);
    await this.answers.answer(unit, answers);
  }

  /** Of those whose payments are taken with these changes; nothing waits for one that is not known. */
  private async ratesFor(
    tx: Tx,
    changes: readonly PaymentChange[],
  ): Promise<(payment: Payment) => readonly FeeRate[]> {
    const taken = changes.filter(({ before, after }) => isTaken(before, after));
    const merchantIds = [...new Set(taken.map(({ after }) => after.merchantId))];
    const known = merchantIds.length > 0 ? await this.rates.findFeeRates(tx, merchantIds) : null;
    return ({ merchantId }) => known?.get(merchantId) ?? [];
  }

  /** What a return has moved counts in the ledger of the saga that took the money. */
  private report(unit: UnitOfWork, payment: Payment): void {
    const { sagaId, orderId } = payment;
    this.answers.report(unit, { sagaId, businessKey: orderId, effects: effectsOf(payment) });
  }

  /**
   * Tries go on for as long as it takes, because money may be at stake; that it takes longer is said
   * once, after the first try.
   */
  async failed(unit: UnitOfWork, failures: readonly EffectFailure[]): Promise<void> {
    const first = new Map(
      failures
        .filter(({ attempts, error }) => {
          return attempts === 1 && !(error instanceof NotNowError);
        })
        .map(({ subject, error }) => [subject, error]),
    );
    if (first.size === 0) return;
    const payments = await this.rows.lockPayments(unit.tx, [...first.keys()]);
    const answers = [...payments.values()].flatMap((payment) => {
      const message = first.get(payment.orderId)?.message ?? '';
      const reason = { code: 'provider-unavailable', message };
      return [
        // An order is not given up because the provider is away; who is to get money back is.
        ...chargesOf(payment).map((to) => ({ to, answer: pending(reason) })),
        ...refundsOf(payment).map((to) => ({ to, answer: parked(reason) })),
      ];
    });
    await this.answers.answer(unit, answers);
  }
}

const chargesOf = ({ wanted, chargeTo }: StoredPayment) => (wanted === 'captured' ? chargeTo : []);

const refundsOf = ({ wanted, undoTo, goodsRefunds }: StoredPayment) => [
  ...(wanted === 'captured' ? [] : undoTo),
  ...goodsRefunds.flatMap(({ to }) => to),
];

/** They stay among those who wait: should a later try succeed, they are told that too. */
function refusals({ undoTo, goodsRefunds }: StoredPayment, outcome: Outcome): LateAnswer[] {
  if (outcome.kind === 'rejected' && outcome.what === 'undo') {
    return undoTo.map((to) => ({ to, answer: dead(rejected(outcome.code)) }));
  }
  if (outcome.kind !== 'goods-refunded') return [];
  return outcome.rejected.flatMap(({ returnId, code }) => {
    const refund = goodsRefunds.find((one) => one.returnId === returnId);
    return (refund?.to ?? []).map((to) => ({ to, answer: dead(rejected(code)) }));
  });
}
