/** Takes disputes over from the provider's books: found out outside of any transaction, kept in one. */
import type { UnitOfWork } from '#messaging';
import { NotNowError, type EffectDone } from '#participant';
import { runtime } from '#platform';
import { withChargebacks } from '../domain/chargebacks.js';
import { nextStep } from '../domain/next-step.js';
import { ourOrderId } from '../domain/order-id.js';
import type { Chargeback, Payment } from '../domain/payment.js';
import { postgresPaymentRows, type PaymentRows } from '../persistence/payment-rows.js';
import type { PaymentChange } from '../persistence/update-payments.js';
import {
  ProviderRejection,
  type BookedDispute,
  type PaymentProvider,
} from '../provider/payment-provider.js';
import { factEvents } from './payment.facts.js';

/** The workers that record the capture are at it meanwhile, or wait for their next try. */
const NOT_TAKEN_YET_MS = 5_000;

/**
 * @param find an order's payment
 * @returns all disputes of the intent that are about an order of ours
 * @throws OutboundError: to be tried again; NotNowError while we do not know that anything was taken
 */
export async function disputesOf(
  provider: Pick<PaymentProvider, 'disputesOf'>,
  find: (orderId: string) => Promise<Payment | undefined>,
  intentId: string,
): Promise<readonly BookedDispute[]> {
  const disputes = await provider.disputesOf(intentId).catch((error: unknown) => {
    // What they do not know cannot be in dispute there.
    if (error instanceof ProviderRejection && error.code === 'resource_missing') return [];
    throw error;
  });
  const orderId = orderOf(disputes);
  const payment = orderId === undefined ? undefined : await find(orderId);
  if (payment?.intentId !== intentId) return [];
  if (payment.captured === 0 && nextStep(payment) !== 'rest') {
    throw new NotNowError('nothing is known to be taken yet', NOT_TAKEN_YET_MS);
  }
  return disputes;
}

/** Each news of a dispute is one fact, however often and in which order the books were read. */
export class ChargebackRecorder {
  constructor(private readonly rows: PaymentRows = postgresPaymentRows) {}

  async record(
    unit: UnitOfWork,
    done: readonly EffectDone<readonly BookedDispute[]>[],
  ): Promise<void> {
    const read = done.flatMap(({ subject: intentId, outcome: disputes }) => {
      const orderId = orderOf(disputes);
      return orderId === undefined ? [] : [{ intentId, orderId, disputes }];
    });
    if (read.length === 0) return;
    const payments = await this.rows.lockPayments(
      unit.tx,
      read.map(({ orderId }) => orderId),
    );
    const changes: PaymentChange[] = [];
    const now = runtime.date();
    for (const { intentId, orderId, disputes } of read) {
      const before = payments.get(orderId);
      if (before?.intentId !== intentId) continue;
      const after = withChargebacks(before, disputes.filter(isIn(before)).map(chargebackOf));
      if (after === before) continue;
      changes.push({ before, after });
      unit.publish(...factEvents(before, after, undefined, now));
    }
    await this.rows.updatePayments(unit.tx, changes);
  }
}

/** All disputes of an intent are about one order. */
const orderOf = ([dispute]: readonly BookedDispute[]): string | undefined =>
  ourOrderId(dispute?.orderId);

/** Money of another currency is not added up with ours; the day's comparison lists it. */
const isIn =
  ({ currency }: Payment) =>
  (dispute: BookedDispute): boolean =>
    dispute.currency === currency;

const chargebackOf = ({ disputeId, amount, reason, status }: BookedDispute): Chargeback => ({
  ...{ chargebackId: disputeId, disputed: amount, reason, status },
});
