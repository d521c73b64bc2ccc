import type { Tx } from '#messaging';
import type { RefundSpan } from '../domain/given-back.js';

/** What identifies the fact of an entry, in two ways. */
export interface FactKey {
  readonly entryId: string;
  readonly source: string;
  readonly eventId: string;
}

export interface KnownEntry extends FactKey {
  readonly content: string;
}

/** Entries of these facts, or of others that were told under the same event id. */
export function knownEntries(tx: Tx, keys: readonly FactKey[]): Promise<KnownEntry[]> {
  return tx.query<KnownEntry>(
    `select e.entry_id as "entryId", e.source, e.event_id as "eventId",
            encode(e.content, 'hex') as content
       from entry e where e.entry_id = any($1::uuid[])
     union
     select e.entry_id, e.source, e.event_id, encode(e.content, 'hex')
       from unnest($2::text[], $3::text[]) as n (source, event_id)
       join entry e on e.source = n.source and e.event_id = n.event_id`,
    [
      keys.map(({ entryId }) => entryId),
      keys.map(({ source }) => source),
      keys.map(({ eventId }) => eventId),
    ],
  );
}

/**
 * What the ledger has of the refunds of these payments. Until the transaction ends nobody else books
 * any of theirs.
 */
export async function lockRefunds(
  tx: Tx,
  orderIds: readonly string[],
): Promise<Map<string, RefundSpan[]>> {
  const ids = [...orderIds].sort();
  const locked = tx.query(
    `select pg_advisory_xact_lock(hashtextextended('refunds of ' || n.id, 0))
       from (select unnest($1::text[]) as id order by 1) n`,
    [ids],
  );
  // a statement of its own: it has to see what those had booked who held the locks before
  const [, rows] = await Promise.all([
    locked,
    tx.query<{ id: string; from: string; to: string }>(
      `select aggregate_id as id, refund_from as "from", refund_to as "to" from entry
        where aggregate_id = any($1::text[]) and aggregate_type = 'payment'
          and refund_to is not null`,
      [ids],
    ),
  ]);
  const spans = new Map<string, RefundSpan[]>(ids.map((id) => [id, []]));
  for (const { id, from, to } of rows) {
    spans.get(id)?.push({ from: Number(from), to: Number(to) });
  }
  return spans;
}
