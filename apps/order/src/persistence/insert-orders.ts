import { type Tx, waitingAtMost } from '#messaging';
import type { Order } from '../domain/order.js';

/** The client's key of a request, one of its merchant, with a hash of what was asked. */
export interface RequestKey {
  readonly key: string;
  readonly hash: string;
}

export interface KeyedOrder {
  readonly order: Order;
  readonly requestKey?: RequestKey;
}

/**
 * Inserts all of them in one statement and answers the ids of those that were not there: an order
 * with the same id, or the same idempotency key of its merchant, is left as it is, and of several that bring the same
 * key the first is taken.
 *
 * The rows go in sorted by key, so that two groups with the same keys wait for each other in one
 * direction only and cannot deadlock.
 *
 * @param waitMs for a transaction that is about to take one of them; default: as long as it takes
 * @throws StillLockedError when that one has not ended by then; this transaction has failed
 */
export async function insertOrders(
  tx: Tx,
  orders: readonly KeyedOrder[],
  waitMs?: number,
): Promise<Set<string>> {
  const sorted = orders.some(({ requestKey }) => requestKey)
    ? orders.toSorted((a, b) => compare(sortKey(a), sortKey(b)))
    : orders;
  const column = <Value>(value: (order: Order) => Value): Value[] =>
    sorted.map(({ order }) => value(order));
  const values = [
    column((order) => order.orderId),
    column((order) => order.customerId),
    column((order) => order.merchantId),
    column((order) => order.channel),
    column((order) => order.currency),
    column((order) => order.totalAmount),
    column((order) => JSON.stringify(order.items)),
    column((order) => JSON.stringify(order.shippingAddress)),
    column((order) => order.email),
    column((order) => order.paymentMethod),
    column((order) => order.createdAt.toISOString()),
    sorted.map(({ requestKey }) => requestKey?.key ?? null),
    sorted.map(({ requestKey }) => requestKey?.hash ?? null),
    column((order) => order.phone ?? null),
    column((order) => order.locale ?? null),
  ];
  const insert = () => tx.query<{ order_id: string }>(INSERT, values);
  const rows = await waitingAtMost(tx, waitMs, insert);
  return new Set(rows.map((row) => row.order_id));
}

/** Each with the first entry of its history. */
const INSERT = `
  with added as (
    insert into orders (
      order_id, customer_id, merchant_id, channel, currency, total_amount, items, shipping_address,
      email, payment_method, created_at, updated_at, idempotency_key, request_hash, phone, locale,
      status, revision)
    select order_id, customer_id, merchant_id, channel, currency, total_amount, items, address,
      email, method, created_at, created_at, key, hash, phone, locale, 'pending', 1
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],
        $7::json[], $8::json[], $9::text[], $10::text[], $11::timestamptz[], $12::text[],
        $13::text[], $14::text[], $15::text[])
      as given (order_id, customer_id, merchant_id, channel, currency, total_amount, items, address,
        email, method, created_at, key, hash, phone, locale)
    on conflict do nothing
    returning order_id, created_at)
  insert into order_event (order_id, seq, type, status, revision, at)
  select order_id, 1, 'created', 'pending', 1, created_at from added
  returning order_id`;

/** Orders that this transaction has inserted: nobody else has seen them. */
export async function removeOrders(tx: Tx, orderIds: readonly string[]): Promise<void> {
  await tx.query(
    `with gone as (delete from orders where order_id = any($1::uuid[]))
     delete from order_event where order_id = any($1::uuid[])`,
    [orderIds],
  );
}

export interface EarlierRequest {
  readonly orderId: string;
  readonly merchantId: string;
  readonly requestKey?: RequestKey;
}

/**
 * Orders that were there before, by their own id or by the idempotency key of their request, of
 * whatever merchant.
 */
export async function findEarlier(
  tx: Tx,
  orderIds: readonly string[],
  keys: readonly string[],
): Promise<EarlierRequest[]> {
  const rows = await tx.query<{
    order_id: string;
    merchant_id: string;
    idempotency_key: string | null;
    request_hash: string | null;
  }>(
    `select order_id, merchant_id, idempotency_key, request_hash from orders
      where order_id = any($1::uuid[])
    union all
    select order_id, merchant_id, idempotency_key, request_hash from orders
      where idempotency_key = any($2::text[]) and order_id <> all($1::uuid[])`,
    [orderIds, keys],
  );
  return rows.map(({ order_id, merchant_id, idempotency_key, request_hash }) => ({
    orderId: order_id,
    merchantId: merchant_id,
    ...(idempotency_key !== null &&
      request_hash !== null && { requestKey: { key: idempotency_key, hash: request_hash } }),
  }));
}

const sortKey = ({ order, requestKey }: KeyedOrder): string =>
  requestKey ? keyOfMerchant(order.merchantId, requestKey.key) : '';

/** Keys have no spaces. */
export const keyOfMerchant = (merchantId: string, key: string): string => `${key} ${merchantId}`;

/** By code unit, the same in every process, whatever its locale. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
