/**
 * The history of orders. Who appends holds the order's row, so that the numbers of an order are
 * given out in the order of the commits, none twice and none left out: what was read up to a number
 * never changes. Orders are kept for good, and so is this.
 */
import type { OrderStatus } from '#contracts';
import type { Tx } from '#messaging';
import type { OrderEvent, OrderEventDetails, OrderEventType } from '../domain/order-event.js';
import type { Queries } from './read-orders.js';

export interface NewEvent {
  readonly orderId: string;
  readonly type: OrderEventType;
  /** Of the order after it, where it has changed; otherwise what its row says. */
  readonly after?: { readonly status: OrderStatus; readonly revision: number };
  readonly details?: OrderEventDetails;
}

/** Of orders that are locked by this transaction; several of one order in their order. */
export async function appendEvents(tx: Tx, events: readonly NewEvent[], at: Date): Promise<void> {
  await tx.query(APPEND, [
    events.map(({ orderId }) => orderId),
    events.map(({ type }) => type),
    events.map(({ after }) => after?.status ?? null),
    events.map(({ after }) => after?.revision ?? null),
    events.map(({ details = {} }) => textOf(details)),
    at.toISOString(),
  ]);
}

const APPEND = `
  insert into order_event (order_id, seq, type, status, revision, details, at)
  select order_id,
      coalesce((select max(seq) from order_event e where e.order_id = orders.order_id), 0)
        + row_number() over (partition by order_id order by place),
      type, coalesce(given.status, orders.status), coalesce(given.revision, orders.revision),
      details, $6
    from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::json[]) with ordinality
        as given (order_id, type, status, revision, details, place)
      join orders using (order_id)`;

const textOf = (details: OrderEventDetails): string | null =>
  Object.keys(details).length > 0 ? JSON.stringify(details) : null;

/**
 * Locks the orders of these returns, in the order of the orders' ids. Returns are locked before
 * their orders and never after, so that this cannot deadlock.
 * @returns the orders' ids by those of the returns
 */
export async function lockOrdersOf(
  tx: Tx,
  returnIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx.query<{ return_id: string; order_id: string }>(
    `select r.return_id, o.order_id
       from order_return r join orders o using (order_id)
      where r.return_id = any($1::uuid[])
      order by o.order_id
        for no key update of o`,
    [returnIds],
  );
  return new Map(rows.map((row) => [row.return_id, row.order_id]));
}

interface EventRow {
  seq: number;
  type: OrderEventType;
  status: OrderStatus;
  revision: number;
  details: OrderEventDetails | null;
  at: Date;
}

const COLUMNS = 'seq, type, status, revision, details, at';

const eventOf = ({ seq, type, status, revision, details, at }: EventRow): OrderEvent => ({
  seq,
  type,
  status,
  revision,
  details: details ?? {},
  at,
});

/** Those above a number, oldest first. */
export async function readEvents(
  database: Queries,
  orderId: string,
  after: number,
  limit: number,
): Promise<OrderEvent[]> {
  const rows = await database.query<EventRow>(
    `select ${COLUMNS} from order_event where order_id = $1 and seq > $2 order by seq limit $3`,
    [orderId, after, limit],
  );
  return rows.map(eventOf);
}

/** Where an order stands, and the number of its last entry. */
export async function findLatest(
  database: Queries,
  orderId: string,
): Promise<Pick<OrderEvent, 'seq' | 'status'> | undefined> {
  const [row] = await database.query<Pick<EventRow, 'seq' | 'status'>>(
    'select seq, status from order_event where order_id = $1 order by seq desc limit 1',
    [orderId],
  );
  return row;
}

/**
 * What has come to many orders, in one statement.
 * @param watched the number up to which each is known
 * @param limit most of one order
 */
export async function readNewEvents(
  database: Queries,
  watched: ReadonlyMap<string, number>,
  limit: number,
): Promise<Map<string, OrderEvent[]>> {
  const rows = await database.query<EventRow & { order_id: string }>(
    `select order_id, ${COLUMNS}
       from unnest($1::uuid[], $2::int[]) as watched (of_order, known)
         cross join lateral (
           select * from order_event
            where order_id = watched.of_order and seq > watched.known
            order by seq limit $3) as news`,
    [[...watched.keys()], [...watched.values()], limit],
  );
  const found = new Map<string, OrderEvent[]>();
  for (const row of rows) {
    const events = found.get(row.order_id);
    if (events) events.push(eventOf(row));
    else found.set(row.order_id, [eventOf(row)]);
  }
  return found;
}
