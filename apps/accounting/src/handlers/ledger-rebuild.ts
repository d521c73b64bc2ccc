/** The ledger can be built anew out of all facts; which days are closed is no fact, and stays. */
import type { CloudEvent, Tx } from '#messaging';
import { factReader, type Rebuildable } from '#reader';
import type { Entry } from '../domain/entry.js';
import { entryOf } from '../domain/entry.js';
import { contentOf, entryIdOf, LEDGER_CONTRACTS } from '../domain/facts.js';
import { sortOut, type Candidate } from '../domain/sort-out.js';
import type { DatedEntry } from '../persistence/add-entries.js';
import { changedClosedDays } from '../persistence/changed-days.js';
import { knownEntries } from '../persistence/known-entries.js';
import { liveDays, lockOpenDays } from '../persistence/open-days.js';
import { book, entriesOf, openDay } from './booking.js';

const read = factReader(LEDGER_CONTRACTS);

export const rebuildableLedger: Rebuildable = {
  types: LEDGER_CONTRACTS.map(({ name }) => name),
  tables: ['entry', 'entry_line', 'balance', 'day_total'],
  reads: ['account'],
  facts: [{ table: 'entry', key: ['entry_id'] }],
  apply: async (tx, events) => {
    await book(tx, events, asInLive);
  },
  areKnown,
  figures: [
    `select entry_id, source, event_id, name, aggregate_type, aggregate_id, revision, merchant_id,
            occurred_at, day, lines, content, refund_from, refund_to
       from entry order by entry_id`,
    'select * from entry_line order by entry_id, line',
    'select * from balance order by currency, account, merchant_id',
    'select * from day_total order by currency, account, merchant_id, day',
  ],
  async swapWarning(tx) {
    const days = await changedClosedDays(tx);
    return days.length === 0 ? undefined : { days, message: 'a swap changes days that are closed' };
  },
};

/** On the days on which the live ledger has them; what it has lost, on one that is open. */
async function asInLive(tx: Tx, entries: readonly Entry[]): Promise<DatedEntry[]> {
  const closed = await lockOpenDays(tx);
  const days = await liveDays(
    tx,
    entries.map(({ entryId }) => entryId),
  );
  return entries.map((entry) => ({
    ...entry,
    day: days.get(entry.entryId) ?? openDay(entry, closed),
  }));
}

async function areKnown(tx: Tx, events: readonly CloudEvent[]): Promise<readonly boolean[]> {
  const candidates = events.map(candidateOf);
  const all = candidates.filter((candidate) => candidate !== undefined);
  if (all.length === 0) return events.map(() => true);
  const { fresh } = sortOut(all, await knownEntries(tx, all));
  const missing = new Set((await entriesOf(tx, fresh)).map(({ entryId }) => entryId));
  return candidates.map((candidate) => !candidate || !missing.has(candidate.entryId));
}

/** Undefined for what is no fact of ours, or cannot be booked. */
function candidateOf(event: CloudEvent): Candidate | undefined {
  try {
    const [fact] = read([event]);
    if (!fact || !entryOf(fact)) return undefined;
    return { fact, entryId: entryIdOf(fact), content: contentOf(fact) };
  } catch {
    return undefined;
  }
}
