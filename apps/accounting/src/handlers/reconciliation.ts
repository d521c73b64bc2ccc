/**
 * Holds a day's ledger against the books of payment and of the bank, page by page. Each page is
 * written with the place where the next one begins, so that whoever goes on with it repeats nothing.
 */
import type { Database } from '#messaging';
import { runtime } from '#platform';
import { dayAfter, startOf } from '../domain/days.js';
import { compareOrder, type Difference, type OrderFigures } from '../domain/reconcile.js';
import { occurredOn, orderFigures } from '../persistence/ledger-figures.js';
import {
  beginRun,
  behindSince,
  takeStep,
  type Run,
  type Step,
} from '../persistence/reconciliation-rows.js';
import type { BankBooks } from './bank-books.js';
import { bankPage, payoutsPage } from './bank-reconciliation.js';
import { LATE_MS, PAGE } from './reconciliation-limits.js';
import type { PaymentBooks } from './payment-books.js';

export interface ReconciliationParts {
  readonly database: Pick<Database, 'query' | 'transaction'>;
  readonly payment: PaymentBooks;
  readonly bank: BankBooks;
  /** Whether the ledger has read what was told. */
  readonly isCaughtUp: () => Promise<boolean>;
}

/** Payment has not compared the day with the provider yet; it was asked to. */
export class ProviderPendingError extends Error {
  override readonly name = 'ProviderPendingError';
}

/** @throws OutboundError, ProviderPendingError: it goes on from there when it is tried again */
export async function reconcileDay(
  parts: ReconciliationParts,
  day: string,
  signal: AbortSignal,
): Promise<Run> {
  let run = await parts.database.transaction((tx) => beginRun(tx, day));
  while (run.phase !== 'done') {
    signal.throwIfAborted();
    const before = run;
    const step = await stepOf(parts, before);
    run = await parts.database.transaction((tx) => takeStep(tx, before, step));
  }
  return run;
}

function stepOf(parts: ReconciliationParts, run: Run): Promise<Step> {
  switch (run.phase) {
    case 'orders':
      return ordersPage(parts, run);
    case 'ledger':
      return ledgerPage(parts, run);
    case 'bank':
      return bankPage(parts, run);
    case 'payouts':
      return payoutsPage(parts, run);
    case 'provider':
      return provider(parts, run);
    case 'done':
      throw new Error('nothing follows what is done');
  }
}

/** What payment has captured on the day, against what the ledger has of the same orders. */
async function ordersPage(parts: ReconciliationParts, run: Run): Promise<Step> {
  const { day, cursor } = run;
  const books = await parts.payment.capturedOn(day, cursor, PAGE);
  let differences = await compareOrders(parts, day, books.items);
  const ahead = new Set(
    differences.filter(({ code }) => code === 'ahead').map(({ subject }) => subject),
  );
  if (ahead.size > 0) {
    // The ledger has heard of what payment did after it had answered: it is asked once more.
    const again = await parts.payment.capturedOn(day, cursor, PAGE);
    const reread = again.items.filter(({ orderId }) => ahead.has(orderId));
    differences = [
      ...differences.filter(({ subject }) => !ahead.has(subject)),
      ...(await compareOrders(parts, day, reread)),
    ];
  }
  const next = books.nextCursor;
  return {
    ...(next === undefined ? { phase: 'ledger', cursor: null } : { phase: 'orders', cursor: next }),
    differences,
    seen: books.items.map(({ orderId }) => orderId),
    orders: books.items.length,
  };
}

async function compareOrders(
  { database, isCaughtUp }: ReconciliationParts,
  day: string,
  books: readonly OrderFigures[],
): Promise<Difference[]> {
  const read = () =>
    orderFigures(
      database,
      books.map(({ orderId }) => orderId),
    );
  let ledger = await read();
  const compare = (isOld: (order: OrderFigures) => boolean): Difference[] =>
    books.flatMap((order) => compareOrder(order, ledger.get(order.orderId), isOld(order)));
  const differences = compare(() => false);
  const isBehind = differences.some(({ code }) => code === 'behind');
  if (!isBehind || !(await isCaughtUp().catch(() => false))) return differences;
  // It may have caught up after it was read.
  ledger = await read();
  const now = runtime.date().getTime();
  const lateBy = new Date(now - LATE_MS);
  const known = await behindSince(database, day, books, lateBy);
  const isOver = startOf(dayAfter(day)) < lateBy.getTime();
  // What was captured on the day was told then; of what came after it nobody knows when.
  return compare(({ orderId }) => known.has(orderId) || (isOver && !ledger.get(orderId)?.captured));
}

/** What the ledger has of the day and payment has not. */
async function ledgerPage(parts: ReconciliationParts, run: Run): Promise<Step> {
  const { day, run: number, cursor: after } = run;
  const entries = await occurredOn(parts.database, 'payment.completed', {
    ...{ day, run: number, after, limit: PAGE },
  });
  const differences: Difference[] = [];
  for (const { subject, amount } of entries.filter(({ seen }) => !seen)) {
    // By its own clock payment may have captured it just before or after midnight.
    const theirs = await parts.payment.captured(subject);
    if (theirs !== undefined && theirs > 0) continue;
    const code = 'missing-in-payment';
    differences.push({ about: 'order', subject, what: 'captured', code, ledger: amount, theirs });
  }
  const last = entries.length < PAGE ? undefined : entries.at(-1);
  return {
    ...(last ? { phase: 'ledger', cursor: last.place } : { phase: 'bank', cursor: null }),
    differences,
  };
}

/** What payment itself found when it compared the day with the provider. */
async function provider({ payment }: ReconciliationParts, { day }: Run): Promise<Step> {
  const found = await payment.withProvider(day);
  if (!found) {
    throw new ProviderPendingError(`payment has yet to compare ${day} with the provider`);
  }
  const byKey = new Map(
    found.differences.map(({ kind, orderId, intentId, ours, theirs }): [string, Difference] => {
      const subject = intentId ?? orderId ?? '';
      return [
        JSON.stringify([subject, kind]),
        {
          ...{ about: 'provider', subject, what: kind, code: 'provider-differs' },
          ...{ ledger: ours, theirs },
        },
      ];
    }),
  );
  return {
    ...{ phase: 'done', cursor: null, providerAt: found.comparedAt },
    differences: [...byKey.values()],
  };
}
