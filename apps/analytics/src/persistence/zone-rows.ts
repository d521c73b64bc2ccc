import type { Tx } from '#messaging';
import { eventUuid, ReusedIdError } from '#reader';
import type { Told, ZoneFact } from '../domain/facts.js';

const KEY = `hashtext('merchant zones')`;

/**
 * What counts by the zones shares this lock, and who changes them has it alone: no order is counted by
 * zones that were known before another transaction looked which orders it has to count again.
 */
export const lockZones = (tx: Tx, how: 'shared' | 'alone'): Promise<unknown> =>
  how === 'shared'
    ? tx.query(`select pg_advisory_xact_lock_shared(${KEY})`)
    : tx.query(`select pg_advisory_xact_lock(${KEY})`);

const COLUMNS = `merchant_id as "merchantId", revision, time_zone as "timeZone",
  (extract(epoch from at) * 1000)::bigint as at`;

type Row = Omit<ZoneFact, 'at'> & { readonly at: string };
const byMerchant = (rows: readonly Row[]): Map<string, ZoneFact[]> =>
  Map.groupBy(
    rows.map((row) => ({ ...row, at: Number(row.at) })),
    ({ merchantId }) => merchantId,
  );

export async function findZones(
  tx: Tx,
  merchantIds: readonly string[],
): Promise<Map<string, ZoneFact[]>> {
  return byMerchant(
    await tx.query<Row>(
      `select ${COLUMNS} from merchant_zone where merchant_id = any($1::text[])`,
      [merchantIds],
    ),
  );
}

/** Of all merchants that these orders have to do with. */
export async function zonesOfOrders(
  tx: Tx,
  orderIds: readonly string[],
): Promise<Map<string, ZoneFact[]>> {
  return byMerchant(
    await tx.query<Row>(
      `select ${COLUMNS} from merchant_zone
        where merchant_id = any(array(select merchant_id from fact where order_id = any($1::uuid[])))`,
      [orderIds],
    ),
  );
}

/**
 * Those that are there already stay as they are.
 * @throws ReusedIdError for one that was told under the id of another one
 */
export async function insertZones(tx: Tx, zones: readonly Told<ZoneFact>[]): Promise<void> {
  const added = await tx.query(
    `insert into merchant_zone (merchant_id, revision, at, time_zone, event)
     select * from unnest($1::text[], $2::integer[], $3::timestamptz[], $4::text[], $5::uuid[])
     on conflict do nothing returning 1`,
    [
      zones.map(({ merchantId }) => merchantId),
      zones.map(({ revision }) => revision),
      zones.map(({ at }) => new Date(at).toISOString()),
      zones.map(({ timeZone }) => timeZone),
      zones.map(({ event }) => eventUuid(event)),
    ],
  );
  if (added.length === zones.length) return;
  const known = await areZonesKnown(tx, zones);
  const refused = zones.find((_, index) => !known[index]);
  if (!refused) return;
  const { merchantId, revision, event } = refused;
  throw new ReusedIdError(`revision ${revision} of merchant ${merchantId}`, event);
}

/** Which of these are there, in their order. */
export async function areZonesKnown(tx: Tx, zones: readonly ZoneFact[]): Promise<boolean[]> {
  const rows = await tx.query<{ known: boolean }>(
    `select exists (select from merchant_zone where (merchant_id, revision) = (n.merchant_id, n.revision))
              as known
       from unnest($1::text[], $2::integer[]) with ordinality as n (merchant_id, revision, place)
      order by place`,
    [zones.map(({ merchantId }) => merchantId), zones.map(({ revision }) => revision)],
  );
  return rows.map(({ known }) => known);
}
