/**
 * What an order has brought, made of all facts that are known of it. Pure: the same set of facts gives
 * the same money, in whichever order and however often they came.
 */
import type {
  chargebackOpened,
  chargebackWon,
  orderCompleted,
  paymentCompleted,
  refundCompleted,
} from '#contracts';

/** The facts that move an order's money, or say when it falls due. */
export type MoneyFactType = (
  | typeof paymentCompleted
  | typeof refundCompleted
  | typeof chargebackOpened
  | typeof chargebackWon
  | typeof orderCompleted
)['name'];

/** One fact in what counts here; (order, type, revision) tells it from all others. */
export interface MoneyFact {
  readonly orderId: string;
  readonly type: MoneyFactType;
  readonly revision: number;
  /** Epoch ms, by the clock of who says it. */
  readonly at: number;
  /** Captured, refunded in all so far, or in dispute; minor units. */
  readonly amount: number;
  /** Taken with the payment, or given back with this refund. */
  readonly fee: number;
  /** The chargeback's id. */
  readonly subject?: string | undefined;
}

/** All in minor units of the order's one currency. */
export interface OrderMoney {
  /** Undefined: not known to be paid. */
  readonly captured: number | undefined;
  /** Taken less given back. */
  readonly fees: number;
  readonly refunded: number;
  /** Opened less won. */
  readonly chargebacks: number;
  /** When it was delivered. */
  readonly completedAt: number | undefined;
  /**
   * From when its time counts: with `atOnce`, everything captured was given back then, and there is
   * nothing to hold it for; else it was delivered then. Undefined: neither.
   */
  readonly dueFrom: number | undefined;
  readonly atOnce: boolean;
}

export function moneyOf(facts: readonly MoneyFact[]): OrderMoney {
  const of = (type: MoneyFactType) => facts.filter((fact) => fact.type === type);
  const payment = first(of('payment.completed'));
  const refunds = of('refund.completed');
  const refunded = Math.max(0, ...refunds.map(({ amount }) => amount));
  const feesReturned = sum(refunds.map(({ fee }) => fee));
  const chargebacks = disputed(of('chargeback.opened'), of('chargeback.won'));
  const completedAt = earliest(of('order.completed'));
  const captured = payment?.amount;
  const atOnce = captured !== undefined && refunded + chargebacks >= captured;
  const givenBack = [...of('payment.completed'), ...refunds, ...of('chargeback.opened')];
  return {
    captured,
    fees: (payment?.fee ?? 0) - feesReturned,
    refunded,
    chargebacks,
    completedAt,
    dueFrom: atOnce ? Math.max(...givenBack.map(({ at }) => at)) : completedAt,
    atOnce,
  };
}

/** A dispute that was won counts only beside its opening: what was never taken is not brought back. */
function disputed(opened: readonly MoneyFact[], won: readonly MoneyFact[]): number {
  const over = new Set(won.map(({ subject }) => subject));
  const amounts = new Map(opened.map(({ subject, amount }) => [subject, amount]));
  return sum([...amounts].map(([subject, amount]) => (over.has(subject) ? 0 : amount)));
}

/** A payment is captured once: whoever says it again, under another revision, errs. */
const first = (facts: readonly MoneyFact[]): MoneyFact | undefined =>
  facts.toSorted((a, b) => a.revision - b.revision)[0];

/** Of goods that are said to have arrived twice, the first time counts. */
const earliest = (facts: readonly MoneyFact[]): number | undefined =>
  facts.map(({ at }) => at).toSorted((a, b) => a - b)[0];

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
