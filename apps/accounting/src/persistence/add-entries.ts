import { RetryableError, type Tx } from '#messaging';
import type { Entry } from '../domain/entry.js';

/** An entry, and the day in whose books it is. */
export interface DatedEntry extends Entry {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
}

/**
 * Entries and their lines, by one statement: the database takes none without the other.
 * @throws RetryableError when another replica has just booked one of the facts
 */
export async function addEntries(tx: Tx, entries: readonly DatedEntry[]): Promise<void> {
  const sorted = entries.toSorted((a, b) => (a.entryId < b.entryId ? -1 : 1));
  const lines = sorted.flatMap((entry) =>
    entry.lines.map((line, index) => ({ ...line, entry, number: index + 1 })),
  );
  const of = <T>(value: (entry: DatedEntry) => T): T[] => sorted.map(value);
  const ofLine = <T>(value: (line: (typeof lines)[number]) => T): T[] => lines.map(value);
  try {
    await tx.query(ADD, [
      of(({ entryId }) => entryId),
      of(({ source }) => source),
      of(({ eventId }) => eventId),
      of(({ name }) => name),
      of(({ aggregateType }) => aggregateType),
      of(({ aggregateId }) => aggregateId),
      of(({ revision }) => revision),
      of(({ merchantId }) => merchantId),
      of(({ occurredAt }) => occurredAt),
      of(({ day }) => day),
      of((entry) => entry.lines.length),
      of(({ content }) => `\\x${content}`),
      of(({ refund }) => refund?.from ?? null),
      of(({ refund }) => refund?.to ?? null),
      ofLine(({ entry }) => entry.entryId),
      ofLine(({ number }) => number),
      ofLine(({ account }) => account),
      ofLine(({ merchantId }) => merchantId),
      ofLine(({ currency }) => currency),
      ofLine(({ debit }) => debit),
      ofLine(({ credit }) => credit),
      ofLine(({ entry }) => entry.day),
      ofLine(({ entry }) => entry.occurredAt),
    ]);
  } catch (error) {
    if (isDouble(error)) throw new RetryableError('a fact was booked meanwhile', { cause: error });
    throw error;
  }
}

const ADD = `
  with entries as (
    insert into entry (entry_id, source, event_id, name, aggregate_type, aggregate_id, revision,
                       merchant_id, occurred_at, day, lines, content, refund_from, refund_to)
    select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                         $7::bigint[], $8::text[], $9::timestamptz[], $10::date[], $11::smallint[],
                         $12::bytea[], $13::bigint[], $14::bigint[])
  )
  insert into entry_line (entry_id, line, account, merchant_id, currency, debit, credit, day,
                          occurred_at)
  select * from unnest($15::uuid[], $16::smallint[], $17::text[], $18::text[], $19::text[],
                       $20::bigint[], $21::bigint[], $22::date[], $23::timestamptz[])`;

const isDouble = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === '23505';
