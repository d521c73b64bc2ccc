import type { OrderStatus, Reason } from '#contracts';
import { allStatements, type Tx, waitingAtMost } from '#messaging';
import type { Cards } from '../domain/another-card.js';
import { appendEvents } from './order-events.js';

/**
 * Locks an order for its history. Whoever holds it is done within milliseconds, and while that is not
 * so, customers who knock again and again must not take every connection there is.
 * @throws StillLockedError
 */
const lockForHistory = (tx: Tx, orderId: string): Promise<{ status: OrderStatus }[]> =>
  waitingAtMost(tx, LOCK_WAIT_MS, () =>
    tx.query('select status from orders where order_id = $1 for no key update', [orderId]),
  );

const LOCK_WAIT_MS = 500;

/**
 * Notes in the history of an order that has not left that its customer wants it cancelled: once,
 * however often it is asked for.
 * @throws StillLockedError
 */
export async function noteCancel(tx: Tx, orderId: string, reason: Reason, at: Date): Promise<void> {
  await lockForHistory(tx, orderId);
  await tx.query(NOTE_CANCEL, [orderId, JSON.stringify({ reason }), at.toISOString()]);
}

const NOTE_CANCEL = `
  insert into order_event (order_id, seq, type, status, revision, details, at)
  select order_id,
      coalesce((select max(seq) from order_event e where e.order_id = orders.order_id), 0) + 1,
      'cancel-requested', status, revision, $2, $3
    from orders
   where order_id = $1 and status in ('pending', 'confirmed')
     and not exists (
       select 1 from order_event e
        where e.order_id = orders.order_id and e.type = 'cancel-requested')`;

/**
 * The cards of an order so far; it is locked from here on, so that of two that are given at once each
 * counts the other.
 * @returns undefined of one that is not pending
 * @throws StillLockedError
 */
export async function lockCards(tx: Tx, orderId: string): Promise<Cards | undefined> {
  const [order] = await lockForHistory(tx, orderId);
  if (order?.status !== 'pending') return undefined;
  const [cards] = await tx.query<Cards>(
    `select count(*) filter (where type = 'payment-declined')::int as declined,
            count(*) filter (where type = 'another-card-given')::int as given,
            max(at) filter (where type = 'another-card-given') as "lastGivenAt"
       from order_event where order_id = $1`,
    [orderId],
  );
  return cards;
}

/** Of an order that is locked by this transaction. */
export const noteCard = (tx: Tx, orderId: string, at: Date): Promise<void> =>
  appendEvents(tx, [{ orderId, type: 'another-card-given' }], at);

/** A card was declined. */
export interface Declined {
  readonly orderId: string;
  /** The payment's, by which a fact that comes again is known. */
  readonly paymentRevision: number;
  readonly reason: Reason;
}

/**
 * Notes it in the history of orders that are pending; orders that are not known, and what was noted
 * before, are left alone. Locks the orders in the order of their ids.
 * @param declined each revision of a payment once, the earlier ones first
 */
export async function noteDeclined(tx: Tx, declined: readonly Declined[], at: Date): Promise<void> {
  const ids = declined.map(({ orderId }) => orderId);
  const locked = tx.query(
    'select 1 from orders where order_id = any($1::uuid[]) order by order_id for no key update',
    [ids],
  );
  const noted = tx.query(NOTE_DECLINED, [
    ids,
    declined.map(({ paymentRevision }) => paymentRevision),
    declined.map(({ reason, paymentRevision }) => JSON.stringify({ reason, paymentRevision })),
    at.toISOString(),
  ]);
  await allStatements([locked, noted]);
}

/** Only details of its own are read: what came from outside may hold what cannot be. */
const NOTE_DECLINED = `
  insert into order_event (order_id, seq, type, status, revision, details, at)
  select order_id,
      coalesce((select max(seq) from order_event e where e.order_id = orders.order_id), 0)
        + row_number() over (partition by order_id order by place),
      'payment-declined', status, revision, details, $4
    from unnest($1::uuid[], $2::int[], $3::json[]) with ordinality
        as given (order_id, payment_revision, details, place)
      join orders using (order_id)
   where status = 'pending'
     and not exists (
       select 1 from order_event e
        where e.order_id = orders.order_id
          and case when e.type = 'payment-declined'
                   then (e.details ->> 'paymentRevision')::int end >= payment_revision)`;
