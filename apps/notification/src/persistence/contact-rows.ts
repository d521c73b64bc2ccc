import type { ReceivedEvent, Tx } from '#messaging';
import type { Contact } from '../domain/contact.js';

/** An event that came before the order it is about. */
export interface WaitingEvent {
  readonly orderId: string;
  /** Of the mail that it will make. */
  readonly noticeId: string;
  readonly event: ReceivedEvent;
}

const COLUMNS = `order_id as "orderId", email, phone, locale, currency,
                 total_amount::float8 as "totalAmount"`;

/** Those that are known, by order, without locking them. */
export async function findContacts(
  tx: Tx,
  orderIds: readonly string[],
): Promise<Map<string, Contact>> {
  if (orderIds.length === 0) return new Map();
  const rows = await tx.query<Contact>(
    `select ${COLUMNS} from contact where order_id = any($1::uuid[]) and email is not null`,
    [orderIds],
  );
  return byOrder(rows);
}

/** Keeps the contacts of new orders; one that is known stays as it is. */
export async function keepContacts(tx: Tx, contacts: readonly Contact[]): Promise<void> {
  if (contacts.length === 0) return;
  await tx.query(
    `insert into contact as c (order_id, email, phone, locale, currency, total_amount)
     select n.*
       from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
         as n (order_id)
      order by n.order_id
     on conflict (order_id) do update
        set email = excluded.email, phone = excluded.phone, locale = excluded.locale,
            currency = excluded.currency, total_amount = excluded.total_amount
      where c.email is null`,
    [
      contacts.map(({ orderId }) => orderId),
      contacts.map(({ email }) => email),
      contacts.map(({ phone }) => phone),
      contacts.map(({ locale }) => locale),
      contacts.map(({ currency }) => currency),
      contacts.map(({ totalAmount }) => totalAmount),
    ],
  );
}

/**
 * Locks the rows of orders that are not known, which it makes where there are none: who brings such
 * an order at the same time waits, and then finds what waits for it. Rejected: to look and to wait
 * without a lock, because then each side may overlook what the other has not committed.
 * @returns the contacts that have come meanwhile
 */
export async function awaitContacts(
  tx: Tx,
  orderIds: readonly string[],
): Promise<Map<string, Contact>> {
  if (orderIds.length === 0) return new Map();
  const rows = await tx.query<Contact & { readonly email: string | null }>(
    `insert into contact as c (order_id)
     select n.order_id from unnest($1::uuid[]) as n (order_id) order by n.order_id
     on conflict (order_id) do update set order_id = c.order_id
     returning ${COLUMNS}`,
    [orderIds],
  );
  return byOrder(rows.filter(({ email }) => email !== null));
}

/** Under the lock of `awaitContacts`. */
export async function keepWaiting(tx: Tx, waiting: readonly WaitingEvent[]): Promise<void> {
  if (waiting.length === 0) return;
  await tx.query(
    `insert into waiting_event (order_id, notice_id, event)
     select n.* from unnest($1::uuid[], $2::text[], $3::json[]) as n (order_id, notice_id)
      order by n.order_id, n.notice_id
     on conflict do nothing`,
    [
      waiting.map(({ orderId }) => orderId),
      waiting.map(({ noticeId }) => noticeId),
      waiting.map(({ event }) => JSON.stringify(event)),
    ],
  );
}

/** What waited for orders that have come now; it waits no longer. */
export async function takeWaiting(tx: Tx, orderIds: readonly string[]): Promise<ReceivedEvent[]> {
  if (orderIds.length === 0) return [];
  const rows = await tx.query<{ event: ReceivedEvent }>(
    `delete from waiting_event where order_id = any($1::uuid[]) returning event`,
    [orderIds],
  );
  return rows.map(({ event }) => event);
}

/** @returns how many events have waited in vain and are dropped, at most `limit` */
export async function dropWaiting(tx: Tx, before: Date, limit: number): Promise<number> {
  const [dropped] = await tx.query<{ count: number }>(
    `with gone as (
       delete from waiting_event w
        using (select order_id, notice_id from waiting_event
                where arrived_at < $1 order by arrived_at limit $2
                  for update skip locked) old
        where w.order_id = old.order_id and w.notice_id = old.notice_id
       returning 1)
     select count(*)::int as count from gone`,
    [before, limit],
  );
  return dropped?.count ?? 0;
}

/** @returns how many rows of orders are dropped for which nothing waits any more */
export async function dropAwaited(tx: Tx, before: Date, limit: number): Promise<number> {
  const [dropped] = await tx.query<{ count: number }>(
    `with gone as (
       delete from contact c
        using (select order_id from contact a
                where email is null and created_at < $1
                  and not exists (select from waiting_event w where w.order_id = a.order_id)
                order by created_at limit $2
                  for update skip locked) old
        where c.order_id = old.order_id and c.email is null
       returning 1)
     select count(*)::int as count from gone`,
    [before, limit],
  );
  return dropped?.count ?? 0;
}

const byOrder = (rows: readonly Contact[]): Map<string, Contact> =>
  new Map(rows.map((row) => [row.orderId, row]));
