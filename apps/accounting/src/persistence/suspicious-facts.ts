import type { Tx } from '#messaging';

export interface SuspiciousFact {
  readonly source: string;
  readonly eventId: string;
  /** SHA-256 of what it says, hex. */
  readonly content: string;
  /** The entry that it contradicts. */
  readonly entryId: string;
  readonly reason: string;
  readonly fact: { readonly name: string; readonly data: unknown };
}

/** @returns those that were not there already, by source, id and content */
export function addSuspiciousFacts(
  tx: Tx,
  facts: readonly SuspiciousFact[],
): Promise<Pick<SuspiciousFact, 'source' | 'eventId' | 'content'>[]> {
  return tx.query(
    `insert into suspicious_fact (source, event_id, content, entry_id, reason, fact)
     select * from unnest($1::text[], $2::text[], $3::bytea[], $4::uuid[], $5::text[], $6::json[])
     on conflict do nothing
     returning source, event_id as "eventId", encode(content, 'hex') as content`,
    [
      facts.map(({ source }) => source),
      facts.map(({ eventId }) => eventId),
      facts.map(({ content }) => `\\x${content}`),
      facts.map(({ entryId }) => entryId),
      facts.map(({ reason }) => reason),
      facts.map(({ fact }) => JSON.stringify(fact)),
    ],
  );
}

export interface StoredSuspiciousFact extends SuspiciousFact {
  readonly number: string;
  readonly receivedAt: Date;
}

/** The latest first. @param before number of the last one of the page before */
export function listSuspiciousFacts(
  tx: Tx,
  { before, limit }: { readonly before?: string; readonly limit: number },
): Promise<StoredSuspiciousFact[]> {
  return tx.query<StoredSuspiciousFact>(
    `select source, event_id as "eventId", encode(content, 'hex') as content,
            entry_id as "entryId", reason, fact, received_at as "receivedAt", number
       from suspicious_fact where number < $1::bigint order by number desc limit $2`,
    [before ?? '9223372036854775807', limit],
  );
}
