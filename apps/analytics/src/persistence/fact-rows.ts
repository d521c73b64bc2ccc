import type { Tx } from '#messaging';
import { eventUuid, ReusedIdError } from '#reader';
import { FACT_KINDS, type FactKind, type OrderFact, type Told } from '../domain/facts.js';

const KIND_OF = new Map(Object.entries(FACT_KINDS).map(([name, number]) => [number, name]));

/**
 * Those that are there already stay as they are. Sorted: facts told twice come in two orders.
 * @throws ReusedIdError for one that was told under the id of another one
 */
export async function insertFacts(tx: Tx, facts: readonly Told<OrderFact>[]): Promise<void> {
  const added = await tx.query(
    `insert into fact (order_id, kind, revision, at, merchant_id, channel, currency, amount, moved,
                       given, fee_returned, chargeback_id, event)
     select * from unnest($1::uuid[], $2::smallint[], $3::integer[], $4::timestamptz[], $5::text[],
       $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::text[],
       $13::uuid[])
      order by 1, 2, 3
     on conflict do nothing returning 1`,
    [
      facts.map(({ orderId }) => orderId),
      facts.map(({ kind }) => FACT_KINDS[kind]),
      facts.map(({ revision }) => revision),
      facts.map(({ at }) => new Date(at).toISOString()),
      facts.map(({ merchantId }) => merchantId),
      facts.map(({ channel }) => channel),
      facts.map(({ currency }) => currency),
      facts.map(({ amount }) => amount),
      facts.map(({ moved }) => moved),
      facts.map(({ given }) => given),
      facts.map(({ feeReturned }) => feeReturned),
      facts.map(({ chargebackId }) => chargebackId),
      facts.map(({ event }) => eventUuid(event)),
    ],
  );
  if (added.length === facts.length) return;
  const known = await areFactsKnown(tx, facts);
  const refused = facts.find((_, index) => !known[index]);
  if (!refused) return;
  const { kind, revision, orderId, event } = refused;
  throw new ReusedIdError(`${kind} at revision ${revision} of order ${orderId}`, event);
}

/** int8 comes as text. */
type Numbers = 'amount' | 'moved' | 'feeReturned' | 'at';
type Row = Omit<OrderFact, Numbers | 'kind' | 'given'> &
  Record<Numbers, string> & { readonly kind: number; readonly given: string | null };

const factOf = (row: Row): OrderFact => ({
  ...row,
  kind: KIND_OF.get(row.kind as never) as FactKind,
  at: Number(row.at),
  amount: Number(row.amount),
  moved: Number(row.moved),
  given: row.given === null ? null : Number(row.given),
  feeReturned: Number(row.feeReturned),
});

/** All facts that are known of these orders, by order. */
export async function factsOfOrders(
  tx: Tx,
  orderIds: readonly string[],
): Promise<Map<string, OrderFact[]>> {
  const rows = await tx.query<Row>(
    `select order_id as "orderId", kind, revision, (extract(epoch from at) * 1000)::bigint as at,
            merchant_id as "merchantId", channel, currency, amount, moved, given,
            fee_returned as "feeReturned", chargeback_id as "chargebackId"
       from fact where order_id = any($1::uuid[])`,
    [orderIds],
  );
  return Map.groupBy(rows.map(factOf), ({ orderId }) => orderId);
}

export interface Step {
  readonly at: string;
  readonly orderId: string;
}

/** Facts of a merchant from some moment on, a page at a time, in an order without ties. */
export function stepsOfMerchant(
  tx: Tx,
  merchantId: string,
  { at, orderId }: Step,
  limit: number,
): Promise<Step[]> {
  return tx.query<Step>(
    `select distinct at::text as at, order_id as "orderId", at as moment
       from fact where merchant_id = $1 and (at, order_id) > ($2::timestamptz, $3::uuid)
      order by moment, order_id limit $4`,
    [merchantId, at, orderId, limit],
  );
}

/** Those of whom there is any fact: of most merchants that become known there is none. */
export async function countedMerchants(
  tx: Tx,
  merchantIds: readonly string[],
): Promise<Set<string>> {
  if (merchantIds.length === 0) return new Set();
  const rows = await tx.query<{ id: string }>(
    `select n.id from unnest($1::text[]) as n (id)
      where exists (select from fact where merchant_id = n.id)`,
    [merchantIds],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Which of these are there, in their order. */
export async function areFactsKnown(tx: Tx, facts: readonly OrderFact[]): Promise<boolean[]> {
  const rows = await tx.query<{ known: boolean }>(
    `select exists (select from fact where (order_id, kind, revision) = (n.order_id, n.kind, n.revision))
              as known
       from unnest($1::uuid[], $2::smallint[], $3::integer[])
         with ordinality as n (order_id, kind, revision, place)
      order by place`,
    [
      facts.map(({ orderId }) => orderId),
      facts.map(({ kind }) => FACT_KINDS[kind]),
      facts.map(({ revision }) => revision),
    ],
  );
  return rows.map(({ known }) => known);
}
