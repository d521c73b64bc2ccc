/** Books facts: each once, however often and in whatever order it is told, in whichever replica. */
import type { CloudEvent, Tx } from '#messaging';
import { factReader } from '#reader';
import { dayAfter, dayOf } from '../domain/days.js';
import { entryOf, type Entry } from '../domain/entry.js';
import { aggregateOf, contentOf, entryIdOf, LEDGER_CONTRACTS } from '../domain/facts.js';
import type { LedgerFact } from '../domain/facts.js';
import type { RefundSpan } from '../domain/given-back.js';
import { sortOut, type Candidate, type Contradiction } from '../domain/sort-out.js';
import { addEntries, type DatedEntry } from '../persistence/add-entries.js';
import { addToBalances } from '../persistence/balance-rows.js';
import { knownEntries, lockRefunds } from '../persistence/known-entries.js';
import { lockOpenDays } from '../persistence/open-days.js';

const read = factReader(LEDGER_CONTRACTS);

export interface Booked {
  readonly entries: readonly DatedEntry[];
  /** Facts that were told before, and said something else then. */
  readonly contradictions: readonly Contradiction[];
}

/** In whose books entries are. */
export type DatesOf = (tx: Tx, entries: readonly Entry[]) => Promise<DatedEntry[]>;

/**
 * @throws ZodError, RangeError for a fact that breaks its contract or cannot be booked
 * @throws RetryableError when another replica books one of the facts at the same time
 */
export async function book(
  tx: Tx,
  events: readonly CloudEvent[],
  datesOf: DatesOf = onOpenDays,
): Promise<Booked> {
  const candidates = read(events).map((fact): Candidate => ({
    fact,
    entryId: entryIdOf(fact),
    content: contentOf(fact),
  }));
  if (candidates.length === 0) return { entries: [], contradictions: [] };
  const { fresh, contradictions } = sortOut(candidates, await knownEntries(tx, candidates));
  const made = await entriesOf(tx, fresh);
  if (made.length === 0) return { entries: [], contradictions };
  const entries = await datesOf(tx, made);
  await addEntries(tx, entries);
  await addToBalances(tx, entries);
  return { entries, contradictions };
}

/** Without what moves nothing. */
export async function entriesOf(tx: Tx, facts: readonly LedgerFact[]): Promise<Entry[]> {
  const refunds = facts.filter(({ name }) => name === 'refund.completed');
  const orderIds = [...new Set(refunds.map((fact) => aggregateOf(fact).id))];
  const given = orderIds.length > 0 ? await lockRefunds(tx, orderIds) : new Map<string, never>();
  // a total says what is new by the lower ones
  const inTurn = facts.toSorted((a, b) => a.data.revision - b.data.revision);
  return inTurn.flatMap((fact) => {
    const spans: RefundSpan[] = given.get(aggregateOf(fact).id) ?? [];
    const entry = entryOf(fact, spans);
    if (entry?.refund) spans.push(entry.refund);
    return entry ?? [];
  });
}

/** On the day on which it occurred, or the first one that is open. */
async function onOpenDays(tx: Tx, entries: readonly Entry[]): Promise<DatedEntry[]> {
  const closed = await lockOpenDays(tx);
  return entries.map((entry) => ({ ...entry, day: openDay(entry, closed) }));
}

/** @param closed the last day that takes no entry any more */
export const openDay = ({ occurredAt }: Entry, closed: string | undefined): string => {
  const day = dayOf(occurredAt);
  return closed !== undefined && day <= closed ? dayAfter(closed) : day;
};
