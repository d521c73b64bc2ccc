import type { Tx } from '#messaging';
import { aggregateOf } from '../domain/facts.js';
import type { RefundSpan } from '../domain/given-back.js';
import type { Candidate, Known } from '../domain/sort-out.js';

/** Entries of these facts, of others that were told under the same event id, and of the same payments. */
export function knownEntries(tx: Tx, candidates: readonly Candidate[]): Promise<Known[]> {
  const facts = candidates.map(({ fact }) => fact);
  const payments = facts.map(aggregateOf).filter(({ type }) => type === 'payment');
  return tx.query<Known>(
    `with found as (
       select unnest($1::uuid[]) as entry_id
        union
       select e.entry_id from unnest($2::text[], $3::text[]) as n (source, event_id)
         join entry e on e.source = n.source and e.event_id = n.event_id
        union
       select entry_id from entry
        where aggregate_id = any($4::text[]) and aggregate_type = 'payment')
     select e.entry_id as "entryId", e.source, e.event_id as "eventId",
            encode(e.content, 'hex') as content, e.name,
            e.aggregate_type as "aggregateType", e.aggregate_id as "aggregateId",
            e.merchant_id as "merchantId", l.currency
       from found join entry e using (entry_id)
       join entry_line l on l.entry_id = e.entry_id and l.line = 1
      order by e.revision, e.entry_id`,
    [
      candidates.map(({ entryId }) => entryId),
      facts.map(({ event }) => event.source),
      facts.map(({ event }) => event.id),
      [...new Set(payments.map(({ id }) => id))],
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
