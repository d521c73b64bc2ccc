import type { Tx } from '#messaging';
import type { HashedEntry } from '../domain/day-hash.js';

const PAGE = 1_000;

/** All entries of a day in the order of their ids, as of one moment, however many there are. */
export async function* hashedEntries(tx: Tx, day: string): AsyncGenerator<HashedEntry[]> {
  await tx.query(`declare entries_of_day no scroll cursor for ${ofDay(day)}`);
  for (;;) {
    const page = await tx.query<HashedEntry>(`fetch ${PAGE} from entries_of_day`);
    if (page.length > 0) yield page;
    if (page.length < PAGE) break;
  }
  await tx.query('close entries_of_day');
}

/** A cursor takes no parameters. */
const ofDay = (day: string): string => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new RangeError(`${day} is no day`);
  return `
    select e.entry_id as "entryId", e.source, e.event_id as "eventId", e.name,
           e.aggregate_type as "aggregateType", e.aggregate_id as "aggregateId",
           e.revision::text as revision, e.merchant_id as "merchantId",
           to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
             as "occurredAt",
           encode(e.content, 'hex') as content, e.refund_from::text as "refundFrom",
           e.refund_to::text as "refundTo",
           (select coalesce(json_agg(json_build_array(l.account, l.merchant_id, l.currency, l.debit,
                                                      l.credit) order by l.line), '[]')
              from entry_line l where l.entry_id = e.entry_id) as lines
      from entry e where e.day = '${day}' order by e.entry_id`;
};
