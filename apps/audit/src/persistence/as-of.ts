/** What was known of something, at any moment of its own time. */
import type { Database, Tx } from '#messaging';
import { COLUMNS, inOrder } from './read-events.js';
import type { StoredEvent } from '../domain/stored-event.js';

/** Anything that runs a statement: the database itself, or a transaction. */
type Queries = Pick<Tx, 'query'>;

/** Facts about an order, its payment and its parcel up to `at` (RFC 3339), the oldest first. */
export const orderFactsUntil = (
  database: Queries,
  orderId: string,
  at: string,
): Promise<StoredEvent[]> =>
  database.query<StoredEvent>(
    `select ${COLUMNS} from event
      where aggregate_type = any(array['order', 'payment', 'shipment']) and aggregate_id = $1
        and at <= $2::timestamptz
      order by at, aggregate_type, revision, event.xid, event.seq`,
    [orderId, at],
  );

/**
 * The fact of the highest revision up to `at`: clocks of several replicas may differ by a little,
 * revisions do not. Of those that count none, the one of the latest time.
 */
export async function latestUntil(
  database: Pick<Database, 'transaction'>,
  aggregateType: string,
  aggregateId: string,
  at: string,
): Promise<StoredEvent | undefined> {
  const params = [aggregateType, aggregateId, at];
  const [latest] = await database.transaction((tx) => inOrder<StoredEvent>(tx, LATEST, params));
  return latest;
}

const LATEST = `
  select ${COLUMNS} from event
   where aggregate_type = $1 and aggregate_id = $2 and at <= $3::timestamptz
   order by revision desc nulls last, at desc, event.xid desc, event.seq desc limit 1`;

/** Whether there is any fact, of whatever moment. */
export async function isKnown(
  database: Queries,
  aggregateTypes: readonly string[],
  aggregateId: string,
): Promise<boolean> {
  const rows = await database.query(
    `select from event where aggregate_type = any($1::text[]) and aggregate_id = $2 limit 1`,
    [aggregateTypes, aggregateId],
  );
  return rows.length > 0;
}
