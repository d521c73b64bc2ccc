import {
  chargebackLost,
  chargebackOpened,
  chargebackWon,
  paymentCompleted,
  paymentFailed,
  paymentInstructed,
  paymentRequested,
  refundCompleted,
  refundFailed,
} from '#contracts';
import { understood, type KnownFact, type Since, type Understood } from './known-facts.js';

export const OF_PAYMENT = [
  ...([paymentRequested, paymentInstructed, paymentCompleted, paymentFailed] as const),
  ...([refundCompleted, refundFailed] as const),
  ...([chargebackOpened, chargebackWon, chargebackLost] as const),
] as const;

/**
 * `partly-refunded` and `refunded` are of what was captured. A chargeback is no status: it may be won.
 * After `failed` another card may follow.
 */
export type PaymentStatus =
  'requested' | 'instructed' | 'completed' | 'failed' | 'partly-refunded' | 'refunded';

export interface ChargebackAsOf extends Since {
  readonly chargebackId: string;
  readonly status: 'opened' | 'won' | 'lost';
  readonly disputed: number;
}

/** Amounts are minor units of `currency`. */
export interface PaymentAsOf extends Since {
  readonly status: PaymentStatus;
  readonly method: string;
  readonly currency: string;
  readonly amount: number;
  readonly captured: number;
  readonly refunded: number;
  /** In dispute, or lost. */
  readonly chargedBack: number;
  readonly fee: number;
  readonly feeReturned: number;
  readonly chargebacks: readonly ChargebackAsOf[];
  /** Why it failed, while it has. */
  readonly reason?: { readonly code: string; readonly message: string };
}

type Fact = Understood<(typeof OF_PAYMENT)[number]>;
type Folded = Pick<PaymentAsOf, 'status' | 'reason'>;

export function paymentAsOf(facts: readonly KnownFact[]): PaymentAsOf | undefined {
  const ours = understood(facts, OF_PAYMENT);
  const last = ours.at(-1);
  if (last === undefined) return undefined;
  let paid: Folded = { status: 'requested' };
  const money = { captured: 0, refunded: 0, fee: 0, feeReturned: 0 };
  const chargebacks = new Map<string, ChargebackAsOf>();
  for (const fact of ours) {
    paid = followed(paid, fact);
    count(money, fact);
    const chargeback = chargebackOf(fact);
    if (chargeback) chargebacks.set(chargeback.chargebackId, chargeback);
  }
  const { method, currency, amount } = last.data;
  return {
    ...last.since,
    ...withRefunds(paid, money),
    ...{ method, currency, amount },
    ...money,
    chargedBack: [...chargebacks.values()]
      .filter(({ status }) => status !== 'won')
      .reduce((sum, { disputed }) => sum + disputed, 0),
    chargebacks: [...chargebacks.values()],
  };
}

function followed(before: Folded, { name, data }: Fact): Folded {
  if (name === 'payment.requested') return { status: 'requested' };
  if (name === 'payment.instructed') return { status: 'instructed' };
  if (name === 'payment.completed') return { status: 'completed' };
  if (name === 'payment.failed') return { status: 'failed', reason: data.reason };
  return before;
}

function count(
  money: { captured: number; refunded: number; fee: number; feeReturned: number },
  { name, data }: Fact,
): void {
  if (name === 'payment.completed') {
    money.captured = data.amount;
    money.fee = data.fee ?? 0;
  } else if (name === 'refund.completed') {
    money.refunded = Math.max(money.refunded, data.refunded);
    money.feeReturned += data.feeReturned ?? 0;
  }
}

function withRefunds(
  paid: Folded,
  { captured, refunded }: { readonly captured: number; readonly refunded: number },
): Folded {
  if (paid.status !== 'completed' || refunded === 0) return paid;
  return { status: refunded < captured ? 'partly-refunded' : 'refunded' };
}

function chargebackOf({ name, data, since }: Fact): ChargebackAsOf | undefined {
  if (name !== 'chargeback.opened' && name !== 'chargeback.won' && name !== 'chargeback.lost') {
    return undefined;
  }
  const { chargebackId, disputed } = data;
  const status =
    name === 'chargeback.opened' ? 'opened' : name === 'chargeback.won' ? 'won' : 'lost';
  return { chargebackId, status, disputed, ...since };
}
