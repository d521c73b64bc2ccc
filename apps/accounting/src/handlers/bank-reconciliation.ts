/** Withdrawals that the bank has paid on a day, against those of the ledger. */
import type { Database } from '#messaging';
import { runtime } from '#platform';
import { comparePayout, type Difference } from '../domain/reconcile.js';
import { occurredOn, paidOut } from '../persistence/ledger-figures.js';
import {
  bankPosition,
  moveBankPosition,
  type Run,
  type Step,
} from '../persistence/reconciliation-rows.js';
import type { BankBooks, Payout } from './bank-books.js';
import { LATE_MS, PAGE } from './reconciliation-limits.js';

interface Parts {
  readonly database: Pick<Database, 'query'>;
  readonly bank: BankBooks;
  /** Whether the ledger has read what was told. */
  readonly isCaughtUp: () => Promise<boolean>;
}

/** The books have no days; those before the place that was noted were all decided earlier. */
export async function bankPage({ database, bank, isCaughtUp }: Parts, run: Run): Promise<Step> {
  const { day } = run;
  const position = await bankPosition(database, day);
  const cursor = run.cursor ?? position;
  const { items, nextCursor } = await bank.list(cursor, PAGE);
  const paid = items.filter((payout) => payout.status === 'paid' && isOn(payout, day));
  const references = paid.map(({ reference }) => reference);
  let ledger = await paidOut(database, references);
  const isMissing = references.some((reference) => !ledger.has(reference));
  const hasAll = isMissing && (await isCaughtUp().catch(() => false));
  if (hasAll) ledger = await paidOut(database, references);
  const lateBy = new Date(runtime.date().getTime() - LATE_MS).toISOString();
  const differences = paid.flatMap(({ reference, amount, currency, decidedAt = '' }) =>
    comparePayout(
      { withdrawalId: reference, amount, currency },
      ledger.get(reference),
      hasAll && decidedAt < lateBy,
    ),
  );
  const isFirst = cursor === position && items.every((payout) => isBefore(payout, day));
  if (nextCursor !== undefined && isFirst) {
    await moveBankPosition(database, day, nextCursor);
  }
  return {
    ...(nextCursor === undefined
      ? { phase: 'payouts', cursor: null }
      : { phase: 'bank', cursor: nextCursor }),
    differences,
    seen: references,
    withdrawals: paid.length,
  };
}

/** What the ledger has of the day, and the bank has not. */
export async function payoutsPage({ database, bank }: Parts, run: Run): Promise<Step> {
  const { day, run: number, cursor: after } = run;
  const entries = await occurredOn(database, 'withdrawal.paid', {
    ...{ day, run: number, after, limit: PAGE },
  });
  const differences: Difference[] = [];
  for (const { subject, amount, currency, seen } of entries) {
    if (seen) continue;
    const about = { about: 'withdrawal', subject, what: 'amount', ledger: amount } as const;
    const payout = await bank.find(subject);
    if (!payout) {
      differences.push({ ...about, code: 'missing-at-bank' });
    } else if (payout.status !== 'paid') {
      differences.push({ ...about, code: 'not-paid-at-bank', theirs: payout.status });
    } else {
      // By its own clock the bank has paid on another day.
      const theirs = { withdrawalId: subject, amount: payout.amount, currency: payout.currency };
      const ours = { withdrawalId: subject, amount, currency };
      differences.push(...comparePayout(theirs, ours, true));
    }
  }
  const last = entries.length < PAGE ? undefined : entries.at(-1);
  return {
    ...(last ? { phase: 'payouts', cursor: last.place } : { phase: 'provider', cursor: null }),
    differences,
  };
}

const dayOfPayout = ({ decidedAt }: Payout): string | undefined =>
  decidedAt === undefined ? undefined : new Date(decidedAt).toISOString().slice(0, 10);

const isOn = (payout: Payout, day: string): boolean => dayOfPayout(payout) === day;

const isBefore = (payout: Payout, day: string): boolean => {
  const decided = dayOfPayout(payout);
  return decided !== undefined && decided < day;
};
