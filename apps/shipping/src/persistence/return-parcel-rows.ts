/** The parcels that bring goods back, as the handler and its workers use them; a simulator brings its own. */
import { RetryableError, type Tx } from '#messaging';
import type { CommandAddress } from '#participant';
import type { ReturnParcel } from '../domain/return-parcel.js';

export type StoredReturnParcel = ReturnParcel<CommandAddress>;

const COLUMNS = `
  return_id as "returnId", order_id as "orderId", items, shipping_address as "shippingAddress",
  status, tracking_number as "trackingNumber", problem_code as "problemCode", revision,
  receive_to as "receiveTo"`;

export type AwaitedParcel = ReturnParcel & { readonly awaitedMs: number };

export interface ReturnParcelRows {
  /** Without a lock, with how long each has been awaited; unknown ones are missing. */
  findReturnParcels(tx: Tx, returnIds: readonly string[]): Promise<Map<string, AwaitedParcel>>;
  /** Locked in the order of their ids, so that two batches never block each other. */
  lockReturnParcels(tx: Tx, returnIds: readonly string[]): Promise<Map<string, StoredReturnParcel>>;
  /** @throws RetryableError when another transaction made one of them first: decide again with it */
  insertReturnParcels(tx: Tx, parcels: readonly StoredReturnParcel[]): Promise<void>;
  /** Writes what can change of parcels that `lockReturnParcels` has locked. */
  updateReturnParcels(tx: Tx, parcels: readonly StoredReturnParcel[]): Promise<void>;
}

async function findReturnParcels(
  tx: Tx,
  returnIds: readonly string[],
): Promise<Map<string, AwaitedParcel>> {
  const rows = await tx.query<AwaitedParcel>(
    `select ${COLUMNS},
            (extract(epoch from now() - awaited_since) * 1000)::float8 as "awaitedMs"
       from return_parcel
      where return_id = any($1::uuid[])`,
    [returnIds],
  );
  return new Map(rows.map((row) => [row.returnId, row]));
}

async function lockReturnParcels(
  tx: Tx,
  returnIds: readonly string[],
): Promise<Map<string, StoredReturnParcel>> {
  const rows = await tx.query<StoredReturnParcel>(
    `select ${COLUMNS} from return_parcel
      where return_id = any($1::uuid[])
      order by return_id
        for update`,
    [returnIds],
  );
  return new Map(rows.map((row) => [row.returnId, row]));
}

async function insertReturnParcels(tx: Tx, parcels: readonly StoredReturnParcel[]): Promise<void> {
  if (parcels.length === 0) return;
  const rows = await tx.query(
    `insert into return_parcel (return_id, order_id, items, shipping_address, status, revision,
                                receive_to)
     select n.*
       from unnest($1::uuid[], $2::uuid[], $3::json[], $4::json[], $5::text[], $6::int[],
                   $7::json[]) as n (return_id)
      order by n.return_id
     on conflict (return_id) do nothing
     returning 1`,
    [
      parcels.map(({ returnId }) => returnId),
      parcels.map(({ orderId }) => orderId),
      parcels.map(({ items }) => JSON.stringify(items)),
      parcels.map(({ shippingAddress }) => JSON.stringify(shippingAddress)),
      parcels.map(({ status }) => status),
      parcels.map(({ revision }) => revision),
      parcels.map(({ receiveTo }) => JSON.stringify(receiveTo)),
    ],
  );
  if (rows.length !== parcels.length) throw new RetryableError('a return was awaited meanwhile');
}

async function updateReturnParcels(tx: Tx, parcels: readonly StoredReturnParcel[]): Promise<void> {
  if (parcels.length === 0) return;
  await tx.query(
    `update return_parcel p
        set status = n.status, tracking_number = n.tracking_number, problem_code = n.problem_code,
            revision = n.revision, receive_to = n.receive_to, updated_at = now()
       from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::json[])
         as n (return_id, status, tracking_number, problem_code, revision, receive_to)
      where p.return_id = n.return_id`,
    [
      parcels.map(({ returnId }) => returnId),
      parcels.map(({ status }) => status),
      parcels.map(({ trackingNumber }) => trackingNumber),
      parcels.map(({ problemCode }) => problemCode),
      parcels.map(({ revision }) => revision),
      parcels.map(({ receiveTo }) => JSON.stringify(receiveTo)),
    ],
  );
}

export const postgresReturnParcelRows: ReturnParcelRows = {
  findReturnParcels,
  lockReturnParcels,
  insertReturnParcels,
  updateReturnParcels,
};
