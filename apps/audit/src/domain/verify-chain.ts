/** Walks the chain of the audit log beside the event store, and finds where they were changed. */
import { entryOf, hashOf, NO_HEAD, type AuditEntry, type Head } from './audit-entry.js';
import type { Position, StoredEvent } from './stored-event.js';

/**
 * - `missing-entry`: a number is left out.  - `changed-entry`: its hash is not that of what it says.
 * - `missing-fact`: there is none at its place.  - `changed-fact`: it is another than was chained.
 * - `added-fact`: it stands between chained ones, and never was.
 * - `unknown-head`: the chain does not hold the hash that it once ended with: it was cut or written anew.
 */
export type BreakKind =
  | 'missing-entry'
  | 'changed-entry'
  | 'missing-fact'
  | 'changed-fact'
  | 'added-fact'
  | 'unknown-head';

export interface Break {
  readonly kind: BreakKind;
  /** The entry's number: the first that is not as it was. */
  readonly n: string;
  readonly detail: string;
}

export interface Verified {
  /** Entries that are as they were. */
  readonly entries: number;
  readonly head: Pick<Head, 'n' | 'hash'>;
  readonly broken?: Break;
}

export interface ChainSource {
  /** By number. */
  entries(after: string, limit: number): Promise<readonly AuditEntry[]>;
  /** In the order of reading, behind `after` up to and with `last`. */
  events(after: Position, last: Position, limit: number): Promise<EventsFound>;
}

export interface EventsFound {
  readonly events: readonly StoredEvent[];
  /** Whether some are left for the next question, because these are large enough. Then there is one. */
  readonly isCut: boolean;
}

export interface VerifyOptions {
  /** A hash that the chain ended with at some time, as somebody noted it elsewhere. */
  readonly head?: string;
  readonly pageSize?: number;
  readonly onProgress?: (entries: number) => void;
}

const PAGE = 250;

export async function verifyChain(
  source: ChainSource,
  { head: noted, pageSize = PAGE, onProgress }: VerifyOptions = {},
): Promise<Verified> {
  let head: Head = NO_HEAD;
  let isNotedFound = noted === undefined || noted === NO_HEAD.hash;
  for (;;) {
    const entries = await source.entries(head.n, pageSize);
    if (entries.length === 0) break;
    const { sound, broken } = soundPart(head, entries);
    const last = sound.at(-1);
    // One more than there should be is enough to see that there are too many.
    const { events, isCut } = last
      ? await source.events(head, last, sound.length + 1)
      : { events: [], isCut: false };
    const compared = isCut ? sound.slice(0, events.length) : sound;
    for (const [index, entry] of compared.entries()) {
      const differs = breakBeside(entry, events[index]);
      if (differs) return { ...verifiedUpTo(head), broken: differs };
      head = entry;
      isNotedFound ||= entry.hash === noted;
    }
    if (broken && !isCut) return { ...verifiedUpTo(head), broken };
    onProgress?.(Number(head.n));
  }
  const verified = verifiedUpTo(head);
  if (isNotedFound) return verified;
  const detail = `no entry has the hash ${noted}: entries were cut off, or all were written anew`;
  return { ...verified, broken: { kind: 'unknown-head', n: String(BigInt(head.n) + 1n), detail } };
}

/** The entries up to the first that does not follow from the one before. */
function soundPart(
  head: Head,
  entries: readonly AuditEntry[],
): { readonly sound: readonly AuditEntry[]; readonly broken?: Break } {
  let before = head;
  for (const [index, entry] of entries.entries()) {
    const broken = linkBreak(before, entry);
    if (broken) return { sound: entries.slice(0, index), broken };
    before = entry;
  }
  return { sound: entries };
}

function linkBreak(head: Head, entry: AuditEntry): Break | undefined {
  const n = String(BigInt(head.n) + 1n);
  if (entry.n !== n) {
    return { kind: 'missing-entry', n, detail: `after ${head.n} comes ${entry.n}` };
  }
  if (hashOf(head.hash, entry) === entry.hash) return undefined;
  const detail = 'its hash is not that of what it says and of the one before';
  return { kind: 'changed-entry', n, detail };
}

function breakBeside(entry: AuditEntry, event: StoredEvent | undefined): Break | undefined {
  const broken = (kind: BreakKind, detail: string): Break => ({ kind, n: entry.n, detail });
  const place = comparePlaces(event, entry);
  if (event === undefined || place > 0) {
    return broken('missing-fact', `the fact ${entry.eventId} of ${entry.source} is gone`);
  }
  if (place < 0) {
    return broken('added-fact', `the fact ${event.id} of ${event.source} has no entry before it`);
  }
  const said = entryOf(event);
  const names = (Object.keys(said) as (keyof typeof said)[]).filter(
    (name) => said[name] !== entry[name],
  );
  if (names.length === 0) return undefined;
  const detail = `the fact ${event.id} of ${event.source} differs in: ${names.join(', ')}`;
  return broken('changed-fact', detail);
}

function comparePlaces(event: Position | undefined, entry: Position): number {
  if (event === undefined) return 1;
  const [xid, other] = [BigInt(event.xid), BigInt(entry.xid)];
  if (xid !== other) return xid < other ? -1 : 1;
  const [seq, otherSeq] = [BigInt(event.seq), BigInt(entry.seq)];
  return seq < otherSeq ? -1 : Number(seq > otherSeq);
}

const verifiedUpTo = ({ n, hash }: Head): Verified => ({ entries: Number(n), head: { n, hash } });
