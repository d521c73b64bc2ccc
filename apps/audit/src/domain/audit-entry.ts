/** An entry of the audit log, and the chain of hashes that binds it to those before. */
import type { StoredEvent } from './stored-event.js';
import { indexed } from './aggregate.js';
import { changesBetween, stateIn, type Change } from './changes.js';
import { nameOf, sha256 } from './fact.js';

/** What an entry says of its fact: all of it can be read from the fact again. */
export interface EntryOfFact {
  readonly xid: string;
  readonly seq: string;
  readonly source: string;
  readonly eventId: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  /** Who did it: a person, or `service:<source>`. */
  readonly actor: string;
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string;
  /** int8. */
  readonly revision: string | null;
  readonly cause: string | null;
  readonly saga: string | null;
  /** Hex, of all that the event store holds of the fact. */
  readonly digest: string;
}

export interface AuditEntry extends EntryOfFact {
  /** int8: 1, 2, 3, … */
  readonly n: string;
  readonly previousRevision: string | null;
  /** JSON: `Change[]`. */
  readonly changes: string | null;
  /** RFC 3339, UTC, milliseconds. */
  readonly chainedAt: string;
  /** Hex. */
  readonly hash: string;
}

/** The end of the chain. */
export type Head = Pick<AuditEntry, 'n' | 'xid' | 'seq' | 'hash'>;

/** Of a log without entries. */
export const NO_HEAD: Head = { n: '0', xid: '0', seq: '0', hash: '0'.repeat(64) };

export interface Previous {
  readonly type: string;
  readonly revision: string;
  /** JSON. */
  readonly data: string;
}

/** What is to be known of a fact besides it. */
export interface Chaining {
  readonly previous: Previous | undefined;
  readonly chainedAt: string;
}

export function entryAfter(head: Head, event: StoredEvent, chaining: Chaining): AuditEntry {
  const { previous, chainedAt } = chaining;
  const changes = previous && changesOf(previous, event);
  const entry = {
    ...entryOf(event),
    n: String(BigInt(head.n) + 1n),
    previousRevision: changes === undefined ? null : (previous?.revision ?? null),
    changes: changes === undefined ? null : JSON.stringify(changes),
    chainedAt,
  };
  return { ...entry, hash: hashOf(head.hash, entry) };
}

export const entryOf = (event: StoredEvent): EntryOfFact => ({
  xid: event.xid,
  seq: event.seq,
  source: event.source,
  eventId: event.id,
  at: event.at.toISOString(),
  actor: indexed(event.extensions?.['actor'] || `service:${event.source}`),
  action: nameOf(event.type),
  objectType: event.aggregateType,
  objectId: event.aggregateId,
  revision: event.revision,
  cause: event.causationid,
  saga: event.correlationid,
  digest: digestOfRow(event),
});

const changesOf = (previous: Previous, event: StoredEvent): Change[] | undefined => {
  const before = stateIn(nameOf(previous.type), JSON.parse(previous.data));
  const after = stateIn(nameOf(event.type), JSON.parse(event.data));
  return before === undefined || after === undefined ? undefined : changesBetween(before, after);
};

const digestOfRow = (event: StoredEvent): string =>
  sha256([
    ...[event.source, event.id, event.type, event.subject, event.time, event.data],
    ...[event.topic, event.key, event.aggregateType, event.aggregateId, event.revision],
    ...[event.correlationid, event.causationid, event.traceparent, event.extensions],
  ]);

/** Of all of an entry, in a fixed order, and of the hash of the entry before. */
export const hashOf = (previousHash: string, entry: Omit<AuditEntry, 'hash'>): string =>
  sha256([
    ...[previousHash, entry.n, entry.xid, entry.seq, entry.source, entry.eventId, entry.at],
    ...[entry.actor, entry.action, entry.objectType, entry.objectId, entry.revision],
    ...[entry.cause, entry.saga, entry.previousRevision, entry.changes, entry.digest],
    entry.chainedAt,
  ]);
