/**
 * What one order and its payment add to the figures, worked out anew from all facts that are known of
 * them: in whatever order these came, and however often, the answer is the same.
 */
import { Sums, type Contribution, type Figure } from './figures.js';
import { FACT_KINDS, type FactKind, type OrderFact } from './facts.js';
import { dayIn } from './day-in.js';
import { zoneAt, type KnownZones } from './zones.js';

/** Adds to a figure on the day, and in the place, of a fact. */
type Count = (fact: OrderFact, figure: Figure, amount: number) => void;

/** @param facts of one order, each once */
export function contributionsOf(
  facts: readonly OrderFact[],
  zonesOf: (merchantId: string) => KnownZones,
): Contribution[] {
  // Of one change they have distinct revisions; should two be alike, their kind decides.
  const sorted = facts.toSorted(
    (a, b) => a.revision - b.revision || FACT_KINDS[a.kind] - FACT_KINDS[b.kind],
  );
  const of = (...kinds: readonly FactKind[]): OrderFact[] =>
    sorted.filter(({ kind }) => kinds.includes(kind));
  const sums = new Sums();
  const count: Count = (fact, figure, amount) => {
    const { merchantId, channel, currency, at } = fact;
    const day = dayIn(zoneAt(zonesOf(merchantId), at), at);
    sums.add({ day, merchantId, channel, currency }, figure, amount);
  };
  countOrder(of, count);
  countPayment(of, count);
  countRefunds(of('refund.completed'), count);
  countChargebacks(of('chargeback.opened'), of('chargeback.won'), count);
  return sums.contributions();
}

type FactsOf = (...kinds: readonly FactKind[]) => OrderFact[];

const ORDERS = [
  ['order.completed', 'ordersCompleted'],
  ['order.cancelled', 'ordersCancelled'],
  ['order.returned', 'ordersReturned'],
] as const;

function countOrder(of: FactsOf, count: Count): void {
  for (const [kind, figure] of ORDERS) {
    const [first] = of(kind);
    if (first) count(first, figure, 1);
  }
}

const PAYMENT = [
  ...(['payment.requested', 'payment.completed', 'payment.failed'] as const),
  ...(['refund.completed', 'chargeback.opened', 'chargeback.won'] as const),
];

/**
 * A payment was requested when it says so, or else by the first that is known of it. It failed only if
 * it never succeeded: on the day of its last failure.
 */
function countPayment(of: FactsOf, count: Count): void {
  const begun = of('payment.requested')[0] ?? of(...PAYMENT)[0];
  if (begun) {
    count(begun, 'total', 1);
    count(begun, 'totalAmount', begun.amount);
  }
  const [taken] = of('payment.completed');
  const failed = of('payment.failed').at(-1);
  if (taken) {
    count(taken, 'successful', 1);
    count(taken, 'successfulAmount', taken.amount);
    count(taken, 'revenue', taken.amount);
    count(taken, 'fees', taken.moved);
  } else if (failed) {
    count(failed, 'failed', 1);
    count(failed, 'failedAmount', failed.amount);
  }
}

/**
 * @param refunds by revision. Those that do not say what they gave, gave what their total is more than
 *   that of any before them.
 */
function countRefunds(refunds: readonly OrderFact[], count: Count): void {
  let total = 0;
  let isFirst = true;
  for (const refund of refunds) {
    const given = refund.given ?? Math.max(0, refund.moved - total);
    total = Math.max(total, refund.moved);
    count(refund, 'fees', -refund.feeReturned);
    // Only a fee went back.
    if (given === 0) continue;
    if (isFirst) count(refund, 'refunded', 1);
    isFirst = false;
    count(refund, 'refundedAmount', given);
    count(refund, 'refunds', given);
  }
}

/** Each by its own id. One that is won was opened, whether that is known yet or not. */
function countChargebacks(
  opened: readonly OrderFact[],
  won: readonly OrderFact[],
  count: Count,
): void {
  for (const fact of firstOfEach(opened)) {
    count(fact, 'chargebacks', 1);
    count(fact, 'chargebackAmount', fact.moved);
    count(fact, 'chargedBack', fact.moved);
  }
  for (const fact of firstOfEach(won)) count(fact, 'chargedBack', -fact.moved);
}

function firstOfEach(facts: readonly OrderFact[]): OrderFact[] {
  const first = new Map<string | null, OrderFact>();
  for (const fact of facts) {
    if (!first.has(fact.chargebackId)) first.set(fact.chargebackId, fact);
  }
  return [...first.values()];
}
