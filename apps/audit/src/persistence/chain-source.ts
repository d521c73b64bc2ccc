import type { Tx } from '#messaging';
import type { StoredEvent } from '../domain/stored-event.js';
import type { ChainSource } from '../domain/verify-chain.js';
import { entriesAfter } from './audit-rows.js';
import { COLUMNS } from './read-events.js';

/** Anything that runs a statement: the database itself, or a transaction. */
type Queries = Pick<Tx, 'query'>;

export const chainSource = (database: Queries): ChainSource => ({
  entries: (after, limit) => entriesAfter(database, after, limit),
  events: (after, last, limit) =>
    database.query<StoredEvent>(
      `select ${COLUMNS} from event
        where (event.xid, event.seq) > ($1::xid8, $2::bigint)
          and (event.xid, event.seq) <= ($3::xid8, $4::bigint)
        order by event.xid, event.seq limit $5`,
      [after.xid, after.seq, last.xid, last.seq, limit],
    ),
});
