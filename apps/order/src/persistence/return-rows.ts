/** The returns of the order service, as its desk and its handler use them; a simulator brings its own. */
import type { OrderItem, OrderStatus, Reason, ReturnStatus } from '#contracts';
import { allStatements, type Tx, waitingAtMost } from '#messaging';
import { typeOfReturn } from '../domain/order-event.js';
import type { OrderReturn, ReturnOrigin } from '../domain/order-return.js';
import type { ReturnState } from '../domain/settle-return.js';
import type { RequestKey } from './insert-orders.js';
import { appendEvents, lockOrdersOf } from './order-events.js';
import type { Order } from '../domain/order.js';
import { findOrder, findOrders, type Queries } from './read-orders.js';

/** What an earlier try, or an earlier request with the same key, has made. */
export interface EarlierReturn {
  readonly returnId: string;
  readonly requestKey?: RequestKey;
}

export interface AskedReturn {
  readonly orderId: string;
  readonly returnId: string;
  readonly requestKey?: RequestKey;
}

export interface NewReturn {
  readonly asked: OrderReturn;
  readonly requestKey?: RequestKey;
}

export interface ReturnRows {
  /**
   * @param waitMs for whoever has it; default: as long as it takes
   * @returns whether there is such an order
   * @throws StillLockedError when somebody still has it by then
   */
  lockOrder(tx: Tx, orderId: string, waitMs?: number): Promise<boolean>;
  findOrder(tx: Tx, orderId: string): Promise<Order | undefined>;
  findOrders(tx: Tx, orderIds: readonly string[]): Promise<Order[]>;
  /** Among the returns of the order, by its id or by the key of its request. */
  findByRequest(tx: Tx, asked: AskedReturn): Promise<EarlierReturn | undefined>;
  /** Those of the orders that were not rejected: an order never has more than it has pieces. */
  standingReturns(tx: Tx, orderIds: readonly string[]): Promise<OrderReturn[]>;
  findReturn(tx: Tx, orderId: string, returnId: string): Promise<OrderReturn | undefined>;
  /** Of orders that are locked by this transaction. */
  insertReturns(tx: Tx, returns: readonly NewReturn[]): Promise<void>;
  /** Locks the returns in the order of their ids, so that two batches cannot deadlock. */
  lockReturns(tx: Tx, returnIds: readonly string[]): Promise<Map<string, ReturnState>>;
  /**
   * Of returns that are locked by this transaction; it locks their orders as well.
   * @param changes every state that a return has come to, in their order: each is an entry of its
   *   order's history, and the last is what it is from now on
   */
  updateReturns(tx: Tx, changes: readonly ReturnState[], at: Date): Promise<void>;
  /** Of these orders, locked by this transaction, those of which nothing is left out there. */
  wholeReturns(tx: Tx, orderIds: readonly string[]): Promise<Set<string>>;
}

export interface ReturnRow {
  return_id: string;
  order_id: string;
  origin: ReturnOrigin;
  items: OrderItem[];
  /** int8 comes as text; amounts lie far below 2^53. */
  refund_amount: string;
  note: string | null;
  status: ReturnStatus;
  reason: Reason | null;
  revision: number;
  created_at: Date;
  updated_at: Date;
}

export const RETURN_COLUMNS = `return_id, order_id, origin, items, refund_amount, note, status, reason, revision,
  created_at, updated_at`;

export const returnOf = (row: ReturnRow): OrderReturn => ({
  returnId: row.return_id,
  orderId: row.order_id,
  origin: row.origin,
  items: row.items,
  refundAmount: Number(row.refund_amount),
  ...(row.note !== null && { note: row.note }),
  status: row.status,
  ...(row.reason && { reason: row.reason }),
  revision: row.revision,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** Nobody has as many, unless requests and cancels take turns. */
const MOST_LISTED = 500;

/** The latest of an order, oldest first. */
export async function listReturns(database: Queries, orderId: string): Promise<OrderReturn[]> {
  const rows = await database.query<ReturnRow>(
    `select ${RETURN_COLUMNS} from order_return where order_id = $1 order by return_id desc limit $2`,
    [orderId, MOST_LISTED],
  );
  return rows.map(returnOf).reverse();
}

async function standingReturns(tx: Tx, orderIds: readonly string[]): Promise<OrderReturn[]> {
  const rows = await tx.query<ReturnRow>(
    `select ${RETURN_COLUMNS} from order_return
      where order_id = any($1::uuid[]) and status <> 'rejected'
      order by return_id`,
    [orderIds],
  );
  return rows.map(returnOf);
}

export async function findReturn(
  database: Queries,
  orderId: string,
  returnId: string,
): Promise<OrderReturn | undefined> {
  const [row] = await database.query<ReturnRow>(
    `select ${RETURN_COLUMNS} from order_return where return_id = $2 and order_id = $1`,
    [orderId, returnId],
  );
  return row && returnOf(row);
}

async function lockOrder(tx: Tx, orderId: string, waitMs?: number): Promise<boolean> {
  const rows = await waitingAtMost(tx, waitMs, () =>
    tx.query('select 1 from orders where order_id = $1 for update', [orderId]),
  );
  return rows.length > 0;
}

async function findByRequest(tx: Tx, asked: AskedReturn): Promise<EarlierReturn | undefined> {
  const [row] = await tx.query<{
    return_id: string;
    idempotency_key: string | null;
    request_hash: string | null;
  }>(
    `select return_id, idempotency_key, request_hash from order_return
      where order_id = $1 and (return_id = $2 or idempotency_key = $3)`,
    [asked.orderId, asked.returnId, asked.requestKey?.key ?? null],
  );
  if (!row) return undefined;
  const { return_id, idempotency_key: key, request_hash: hash } = row;
  return {
    returnId: return_id,
    ...(key !== null && hash !== null && { requestKey: { key, hash } }),
  };
}

async function insertReturns(tx: Tx, returns: readonly NewReturn[]): Promise<void> {
  const [first] = returns;
  if (!first) return;
  const column = <Value>(value: (one: NewReturn) => Value): Value[] => returns.map(value);
  const insert = tx.query(
    `insert into order_return (return_id, order_id, origin, items, refund_amount, note, status,
                               revision, idempotency_key, request_hash, created_at, updated_at)
     select return_id, order_id, origin, items, refund_amount, note, status, revision,
            idempotency_key, request_hash, created_at, created_at
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::json[], $5::bigint[], $6::text[],
                   $7::text[], $8::int[], $9::text[], $10::text[], $11::timestamptz[])
         as given (return_id, order_id, origin, items, refund_amount, note, status, revision,
                   idempotency_key, request_hash, created_at)`,
    [
      column(({ asked }) => asked.returnId),
      column(({ asked }) => asked.orderId),
      column(({ asked }) => asked.origin),
      column(({ asked }) => JSON.stringify(asked.items)),
      column(({ asked }) => asked.refundAmount),
      column(({ asked }) => asked.note ?? null),
      column(({ asked }) => asked.status),
      column(({ asked }) => asked.revision),
      column(({ requestKey }) => requestKey?.key ?? null),
      column(({ requestKey }) => requestKey?.hash ?? null),
      column(({ asked }) => asked.createdAt.toISOString()),
    ],
  );
  const events = returns.map(({ asked: { orderId, returnId, status } }) => ({
    orderId,
    type: typeOfReturn(status),
    details: { returnId },
  }));
  await allStatements([insert, appendEvents(tx, events, first.asked.createdAt)]);
}

async function lockReturns(
  tx: Tx,
  returnIds: readonly string[],
): Promise<Map<string, ReturnState>> {
  const rows = await tx.query<{
    return_id: string;
    order_id: string;
    status: ReturnStatus;
    reason: Reason | null;
    revision: number;
    order_status: OrderStatus;
  }>(
    `select r.return_id, r.order_id, r.status, r.reason, r.revision, o.status as order_status
       from order_return r join orders o using (order_id)
      where r.return_id = any($1::uuid[])
      order by r.return_id
        for update of r`,
    [returnIds],
  );
  return new Map(
    rows.map((row) => [
      row.return_id,
      {
        returnId: row.return_id,
        orderId: row.order_id,
        status: row.status,
        ...(row.reason && { reason: row.reason }),
        revision: row.revision,
        orderStatus: row.order_status,
      },
    ]),
  );
}

async function updateReturns(tx: Tx, changes: readonly ReturnState[], at: Date): Promise<void> {
  const returns = [...new Map(changes.map((one) => [one.returnId, one])).values()];
  const update = tx.query(
    `update order_return r
        set status = given.status, reason = given.reason, revision = given.revision,
            updated_at = $5
       from unnest($1::uuid[], $2::text[], $3::json[], $4::int[])
         as given (return_id, status, reason, revision)
      where r.return_id = given.return_id`,
    [
      returns.map(({ returnId }) => returnId),
      returns.map(({ status }) => status),
      returns.map(({ reason }) => (reason ? JSON.stringify(reason) : null)),
      returns.map(({ revision }) => revision),
      at.toISOString(),
    ],
  );
  const locked = lockOrdersOf(
    tx,
    returns.map(({ returnId }) => returnId),
  );
  await allStatements([update, locked]);
  const orders = await locked;
  const entries = changes.flatMap(({ returnId, status, reason }) => {
    const orderId = orders.get(returnId);
    const details = { returnId, ...(reason && { reason }) };
    return orderId === undefined ? [] : [{ orderId, type: typeOfReturn(status), details }];
  });
  await appendEvents(tx, entries, at);
}

async function wholeReturns(tx: Tx, orderIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ order_id: string }>(
    `select o.order_id
       from orders o,
            lateral (select sum((line ->> 'quantity')::int) as pieces
                       from json_array_elements(o.items) line) ordered,
            lateral (select sum((line ->> 'quantity')::int) as pieces
                       from order_return r, json_array_elements(r.items) line
                      where r.order_id = o.order_id and r.status = 'completed') back
      where o.order_id = any($1::uuid[]) and back.pieces = ordered.pieces`,
    [orderIds],
  );
  return new Set(rows.map((row) => row.order_id));
}

export const postgresReturnRows: ReturnRows = {
  lockOrder,
  findOrder,
  findOrders,
  findByRequest,
  standingReturns,
  findReturn,
  insertReturns,
  lockReturns,
  updateReturns,
  wholeReturns,
};
