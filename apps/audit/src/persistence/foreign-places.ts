import type { Tx } from '#messaging';

/** The store holds transaction ids of another server, which are ahead of this one's. */
export class ForeignPlacesError extends Error {
  override readonly name = 'ForeignPlacesError';
}

/**
 * Facts are read in the order of their transactions. In a database that was copied into another server
 * the last ones would stay unseen, and new ones would be kept before what readers have read.
 * @throws ForeignPlacesError
 */
export async function refuseForeignPlaces(database: Pick<Tx, 'query'>): Promise<void> {
  const [row] = await database.query<{ last: string; next: string }>(
    `select last.xid::text as last, pg_snapshot_xmax(pg_current_snapshot())::text as next
       from (select xid from event order by xid desc, seq desc limit 1) as last
      where last.xid >= pg_snapshot_xmax(pg_current_snapshot())`,
  );
  if (row === undefined) return;
  throw new ForeignPlacesError(
    `the event store holds facts of transaction ${row.last}, and this server has yet to come to ` +
      `${row.next}: the database comes from another one. Stop the server, move its counter past ` +
      'the former with pg_resetwal --epoch and --next-transaction-id, and start again',
  );
}
