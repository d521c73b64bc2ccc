/** Adds the entries of facts that have none yet to the audit log, as the next links of its chain. */
import { crashPoint, type Database, type Tx } from '#messaging';
import { runtime } from '#platform';
import { entryAfter, type AuditEntry, type Head } from '../domain/audit-entry.js';
import { tellsChanges } from '../domain/changes.js';
import { nameOf } from '../domain/fact.js';
import { addEntries, chainHead, lockChain, previousOf } from '../persistence/audit-rows.js';
import { readEventsIn } from '../persistence/read-events.js';
import type { StoredEvent } from '../domain/stored-event.js';

/** Entries in one transaction, at most. */
const MOST_ENTRIES = 500;

export interface Chained {
  /** Undefined while somebody else adds entries. */
  readonly head: Head | undefined;
  readonly count: number;
  /** Whether there are facts without entries already. */
  readonly more: boolean;
}

/**
 * One batch, by one process at a time: the lock ends with the transaction, whatever becomes of the
 * process, and the numbers of the entries are unique besides. Those who add facts do not wait for it.
 */
export async function chainFacts(
  database: Pick<Database, 'transaction'>,
  most = MOST_ENTRIES,
): Promise<Chained> {
  const chained = await database.transaction(async (tx) => {
    if (!(await lockChain(tx))) return { head: undefined, count: 0, more: false };
    const head = await chainHead(tx);
    const { events, more } = await readEventsIn(tx, { after: head, limit: most });
    const entries = await entriesOf(tx, head, events);
    if (entries.length > 0) await addEntries(tx, entries);
    crashPoint('chain.before-commit');
    return { head: entries.at(-1) ?? head, count: entries.length, more };
  });
  crashPoint('chain.after-commit');
  return chained;
}

async function entriesOf(
  tx: Tx,
  head: Head,
  events: readonly StoredEvent[],
): Promise<AuditEntry[]> {
  const telling = events.filter(
    ({ type, revision }) => revision !== null && tellsChanges(nameOf(type)),
  );
  const found = await previousOf(tx, telling);
  const previous = new Map(telling.map((event, index) => [event, found[index]]));
  const chainedAt = runtime.date().toISOString();
  const entries: AuditEntry[] = [];
  for (const event of events) {
    const chaining = { previous: previous.get(event), chainedAt };
    entries.push(entryAfter(entries.at(-1) ?? head, event, chaining));
  }
  return entries;
}
