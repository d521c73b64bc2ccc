/**
 * The hash of a closed day: SHA-256 over one line of JSON for what it follows, one for each of its
 * entries in the order of their ids, and one for their number. Whoever has the entries and the hash of
 * the day before can compute it. When entries arrived is not in it.
 */
import { createHash } from 'node:crypto';

/** An entry as it counts for the hash. */
export interface HashedEntry {
  readonly entryId: string;
  readonly source: string;
  readonly eventId: string;
  readonly name: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly revision: string;
  readonly merchantId: string;
  /** RFC 3339, UTC, with microseconds. */
  readonly occurredAt: string;
  /** SHA-256 of what the fact says, hex. */
  readonly content: string;
  readonly refundFrom: string | null;
  readonly refundTo: string | null;
  /** Account, merchant, currency, debit and credit of each, in their order. */
  readonly lines: readonly (readonly [string, string, string, number, number])[];
}

export interface DayHash {
  /** In the order of their ids. */
  add(entries: readonly HashedEntry[]): void;
  end(): { readonly entries: number; readonly hash: string };
}

export function dayHash(day: string, previousHash: string | null): DayHash {
  const hash = createHash('sha256');
  const write = (value: unknown): void => void hash.update(`${JSON.stringify(value)}\n`);
  let count = 0;
  write([day, previousHash]);
  return {
    add(entries) {
      for (const entry of entries) write(canonical(entry));
      count += entries.length;
    },
    end() {
      write(count);
      return { entries: count, hash: hash.digest('hex') };
    },
  };
}

const canonical = (entry: HashedEntry): unknown => [
  ...[entry.entryId, entry.source, entry.eventId, entry.name],
  ...[entry.aggregateType, entry.aggregateId, entry.revision, entry.merchantId],
  ...[entry.occurredAt, entry.content, entry.refundFrom, entry.refundTo],
  entry.lines,
];
