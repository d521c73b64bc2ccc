/** Compares a day's payments with the provider's books, page by page. */
import type { Database } from '#messaging';
import {
  differencesOf,
  isUnderWay,
  unknownToThem,
  type Difference,
  type TheirIntent,
} from '../domain/reconcile.js';
import { NO_INTENT, type Payment } from '../domain/payment.js';
import { ourOrderId } from '../domain/order-id.js';
import { findPayments } from '../persistence/find-payments.js';
import { paymentsOfDay, type Comparison } from '../persistence/reconciliation-rows.js';
import {
  ProviderRejection,
  type BookedIntent,
  type PaymentProvider,
  type TimeRange,
} from '../provider/payment-provider.js';
import { compareDisputes } from './dispute-reconciliation.js';

export interface ReconciliationParts {
  readonly database: Pick<Database, 'query'>;
  readonly provider: PaymentProvider;
}

const DAY_MS = 86_400_000;
/** An intent is made after its payment was asked for, perhaps a little past midnight. */
const MARGIN_MS = 3_600_000;
const PAGE = 500;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** A day's comparison, and what is to be read anew after it. */
export interface ComparedDay extends Comparison {
  /** Intents at the provider. */
  readonly disputed: readonly string[];
}

/** @param day YYYY-MM-DD, UTC. @throws OutboundError, ProviderRejection: to be tried again */
export async function compareDay(
  { database, provider }: ReconciliationParts,
  day: string,
  signal: AbortSignal,
): Promise<ComparedDay> {
  const from = new Date(`${day}T00:00:00Z`);
  const to = new Date(from.getTime() + DAY_MS);
  const seen = new Set<string>();
  const differences: Difference[] = [];
  let underWay = 0;
  for await (const intents of pagesOf(provider, { from, to }, signal)) {
    for (const { intentId } of intents) seen.add(intentId);
    const found = await comparePage({ database, provider }, intents);
    differences.push(...found.differences);
    underWay += found.underWay;
  }
  const theirs = seen.size;
  // They are compared with the next day, but for a payment of this one they are there.
  const margin = { from: to, to: new Date(to.getTime() + MARGIN_MS) };
  for await (const intents of pagesOf(provider, margin, signal)) {
    for (const { intentId } of intents) seen.add(intentId);
  }
  let ours = 0;
  for (let after = BEFORE_ALL; ;) {
    signal.throwIfAborted();
    const payments = await paymentsOfDay(database, { day, after, limit: PAGE });
    ours += payments.length;
    const unknown = payments.filter(({ intentId }) => intentId !== null && !seen.has(intentId));
    const settled = unknown.filter((payment) => !isUnderWay(payment));
    underWay += unknown.length - settled.length;
    differences.push(...(await unknownOnes(provider, settled, signal)));
    const last = payments.at(-1);
    if (!last || payments.length < PAGE) break;
    after = last.orderId;
  }
  const disputes = await compareDisputes({ database, provider }, to, signal);
  differences.push(...disputes.differences);
  return { day, ours, theirs, underWay, differences, disputed: disputes.intentIds };
}

async function* pagesOf(
  provider: PaymentProvider,
  range: TimeRange,
  signal: AbortSignal,
): AsyncGenerator<readonly BookedIntent[]> {
  let cursor: string | undefined;
  do {
    signal.throwIfAborted();
    const { intents, next } = await provider.listIntents(range, cursor);
    yield intents;
    cursor = next;
  } while (cursor !== undefined);
}

/**
 * What differs at first sight may have moved between the two readings: the intent is read once more,
 * and our payment after it.
 */
async function comparePage(
  { database, provider }: ReconciliationParts,
  intents: readonly BookedIntent[],
): Promise<{ differences: Difference[]; underWay: number }> {
  const ours = await findPayments(database, orderIdsOf(intents));
  const suspects = intents.filter(
    (intent) => differencesOf(intent, ours.get(orderIdOf(intent))).length > 0,
  );
  const again = await Promise.all(suspects.map((intent) => reread(provider, intent)));
  const now = await findPayments(database, orderIdsOf(again));
  const differences: Difference[] = [];
  let underWay = 0;
  for (const intent of again) {
    const payment = now.get(orderIdOf(intent));
    if (payment && payment.intentId === intent.intentId && isUnderWay(payment)) underWay += 1;
    else differences.push(...differencesOf(intent, payment));
  }
  return { differences, underWay };
}

/**
 * Of these no intent was made that day. One of a card that was given later, or sent again by a person,
 * was made then, and is compared with the others of its day.
 */
async function unknownOnes(
  provider: PaymentProvider,
  payments: readonly Payment[],
  signal: AbortSignal,
): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const payment of payments) {
    signal.throwIfAborted();
    if (!(await isKnown(provider, payment))) found.push(unknownToThem(payment));
  }
  return found;
}

async function isKnown(provider: PaymentProvider, { intentId }: Payment): Promise<boolean> {
  try {
    await provider.findIntent(intentId ?? NO_INTENT);
    return true;
  } catch (error) {
    if (error instanceof ProviderRejection) return false;
    throw error;
  }
}

async function reread(provider: PaymentProvider, intent: BookedIntent): Promise<TheirIntent> {
  const state = await provider.findIntent(intent.intentId);
  const captured = state.kind === 'captured' ? state.amount : 0;
  const refunded = captured > 0 ? await provider.totalRefunded(intent.intentId) : 0;
  return { ...intent, captured, refunded };
}

const orderIdOf = ({ orderId }: TheirIntent): string => ourOrderId(orderId) ?? '';

const orderIdsOf = (intents: readonly TheirIntent[]): string[] => [
  ...new Set(intents.map(orderIdOf).filter((id) => id !== '')),
];
