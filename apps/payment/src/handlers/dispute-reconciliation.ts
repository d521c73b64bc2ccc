/** Compares disputes with the provider's books, for those that no message told of. */
import type { Database } from '#messaging';
import { disputeDifferences, type Difference } from '../domain/reconcile.js';
import { ourOrderId } from '../domain/order-id.js';
import { disputedPayments } from '../persistence/disputed-payments.js';
import { findPayments } from '../persistence/find-payments.js';
import type { BookedDispute, PaymentProvider } from '../provider/payment-provider.js';

export interface DisputesParts {
  readonly database: Pick<Database, 'query'>;
  readonly provider: Pick<PaymentProvider, 'listDisputes'>;
}

export interface ComparedDisputes {
  readonly differences: readonly Difference[];
  /** Intents whose disputes are to be read anew. */
  readonly intentIds: readonly string[];
}

const DAY_MS = 86_400_000;
/** With the day itself: a comparison may have been missed for as long. */
const LOOK_BACK_DAYS = 7;
const PAGE = 500;

/**
 * Disputes that were opened on the day, or in the week before. Those of ours that are open are to be
 * read anew in any case: they may have been closed on any day.
 * @param to the end of the day. @throws OutboundError, ProviderRejection: to be tried again
 */
export async function compareDisputes(
  { database, provider }: DisputesParts,
  to: Date,
  signal: AbortSignal,
): Promise<ComparedDisputes> {
  const range = { from: new Date(to.getTime() - LOOK_BACK_DAYS * DAY_MS), to };
  const differences: Difference[] = [];
  const intentIds = new Set<string>();
  let cursor: string | undefined;
  do {
    signal.throwIfAborted();
    const { disputes, next } = await provider.listDisputes(range, cursor);
    for (const difference of await comparePage(database, disputes)) {
      differences.push(difference);
      if (difference.intentId !== undefined) intentIds.add(difference.intentId);
    }
    cursor = next;
  } while (cursor !== undefined);
  for (let after: string | undefined, isLast = false; !isLast;) {
    signal.throwIfAborted();
    const open = await disputedPayments(database, { after, limit: PAGE });
    for (const { intentId } of open) intentIds.add(intentId);
    after = open.at(-1)?.orderId;
    isLast = open.length < PAGE;
  }
  return { differences, intentIds: [...intentIds] };
}

async function comparePage(
  database: DisputesParts['database'],
  disputes: readonly BookedDispute[],
): Promise<Difference[]> {
  const orderIds = disputes.flatMap(({ orderId }) => ourOrderId(orderId) ?? []);
  const ours = await findPayments(database, [...new Set(orderIds)]);
  return disputes.flatMap((dispute) =>
    disputeDifferences(dispute, ours.get(ourOrderId(dispute.orderId) ?? '')),
  );
}
