import { jsonList, jsonListSql, RetryableError, type Tx } from '#messaging';
import type { Line } from '../domain/lines.js';
import type { Reservation, ReservationStatus } from '../domain/reservation.js';
import type { ReservationChange } from '../domain/shelf.js';
import { MAIN_WAREHOUSE } from '../domain/warehouse.js';

interface Row {
  readonly orderId: string;
  readonly sagaId: string;
  readonly businessKey: string;
  readonly status: ReservationStatus;
  /** Without a warehouse in rows of before there were several. */
  readonly lines: (Line & { readonly warehouseId?: string })[];
  readonly expiresAt: Date;
  /** int8 comes as text. */
  readonly taken: string;
  readonly returned: string;
  readonly revision: number;
  readonly restocked: string[];
}

const COLUMNS = `order_id as "orderId", saga_id as "sagaId", business_key as "businessKey", status,
  lines, expires_at as "expiresAt", taken, returned, revision, restocked`;

const reservationOf = ({ taken, returned, lines, ...row }: Row): Reservation => ({
  ...row,
  lines: lines.map((line) => ({ warehouseId: MAIN_WAREHOUSE, ...line })),
  taken: Number(taken),
  returned: Number(returned),
});

/** Locks in the order of the ids, before any product is locked. */
export async function lockReservations(
  tx: Tx,
  orderIds: readonly string[],
): Promise<Reservation[]> {
  const rows = await tx.query<Row>(
    `select ${COLUMNS} from reservation where order_id = any($1::uuid[])
      order by order_id for update`,
    [orderIds],
  );
  return rows.map(reservationOf);
}

/** Locks some whose time has come; those that somebody else is busy with are left to the next look. */
export async function lockExpired(tx: Tx, now: Date, limit: number): Promise<Reservation[]> {
  const rows = await tx.query<Row>(
    `select ${COLUMNS} from reservation
      where status = 'held' and expires_at <= $1
      order by expires_at limit $2 for update skip locked`,
    [now, limit],
  );
  return rows.map(reservationOf);
}

/**
 * New ones and changed ones in one statement.
 * @throws RetryableError when one of them was written by somebody else meanwhile
 */
export async function saveReservations(
  tx: Tx,
  changes: readonly ReservationChange[],
): Promise<void> {
  const sorted = changes.toSorted((a, b) => (a.after.orderId < b.after.orderId ? -1 : 1));
  const rows = sorted.map(({ after }) => after);
  const [done] = await tx.query<{ count: number }>(
    `with n as (
       select order_id, saga_id, business_key, status, lines::json as lines, expires_at,
              taken, returned, revision, before, restocked::json as restocked
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], ${jsonListSql('$5')},
                     $6::timestamptz[], $7::int8[], $8::int8[], $9::int[], $10::int[],
                     ${jsonListSql('$11')})
           as n (order_id, saga_id, business_key, status, lines, expires_at,
                 taken, returned, revision, before, restocked)),
     added as (
       insert into reservation (order_id, saga_id, business_key, status, lines, expires_at,
                                taken, returned, revision, restocked)
       select order_id, saga_id, business_key, status, lines, expires_at,
              taken, returned, revision, restocked
         from n where before = 0
       on conflict do nothing
       returning 1),
     changed as (
       update reservation r
          set saga_id = n.saga_id, business_key = n.business_key, status = n.status,
              lines = n.lines, expires_at = n.expires_at,
              taken = n.taken, returned = n.returned, revision = n.revision,
              restocked = n.restocked
         from n
        where r.order_id = n.order_id and r.revision = n.before and n.before > 0
       returning 1)
     select (select count(*) from added)::int + (select count(*) from changed)::int as count`,
    [
      rows.map(({ orderId }) => orderId),
      rows.map(({ sagaId }) => sagaId),
      rows.map(({ businessKey }) => businessKey),
      rows.map(({ status }) => status),
      jsonList(rows.map(({ lines }) => lines)),
      rows.map(({ expiresAt }) => expiresAt.toISOString()),
      rows.map(({ taken }) => taken),
      rows.map(({ returned }) => returned),
      rows.map(({ revision }) => revision),
      sorted.map(({ before }) => before),
      jsonList(rows.map(({ restocked }) => restocked)),
    ],
  );
  if (done?.count !== changes.length) {
    throw new RetryableError('some of these orders were reserved by somebody else meanwhile');
  }
}
