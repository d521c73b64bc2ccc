import type { Tx } from '#messaging';
import type { StoredEvent } from '../domain/stored-event.js';
import type { ChainSource } from '../domain/verify-chain.js';
import { entriesAfter } from './audit-rows.js';
import { COLUMNS, PAGE_BYTES } from './read-events.js';

/** Anything that runs a statement: the database itself, or a transaction. */
type Queries = Pick<Tx, 'query'>;

export const chainSource = (database: Queries): ChainSource => ({
  entries: (after, limit) => entriesAfter(database, after, limit),
  events: async (after, last, limit) => {
    const events = await database.query<StoredEvent & { readonly there: string }>(
      `select ${COLUMNS}, there
         from (select found.*, count(*) over () as there,
                      sum(bytes) over (order by xid, seq) - bytes as before
                 from (select * from event
                        where (xid, seq) > ($1::xid8, $2::bigint)
                          and (xid, seq) <= ($3::xid8, $4::bigint)
                        order by xid, seq limit $5) as found) as event
        where before < ${PAGE_BYTES} order by event.xid, event.seq`,
      [after.xid, after.seq, last.xid, last.seq, limit],
    );
    return { events, isCut: events.length < Number(events[0]?.there ?? 0) };
  },
});
