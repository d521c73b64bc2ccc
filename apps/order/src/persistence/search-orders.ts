import { orderStatus, type OrderStatus } from '#contracts';
import {
  SUMMARY,
  summaryOf,
  type OrderSummary,
  type Queries,
  type SummaryRow,
} from './read-orders.js';

/** All of it holds at once. */
export interface OrderQuery {
  readonly statuses?: readonly OrderStatus[];
  readonly customerId?: string;
  readonly merchantId?: string;
  /** In lower case; orders have it in any. */
  readonly email?: string;
  readonly trackingNumber?: string;
  readonly productId?: string;
  readonly createdFrom?: Date;
  /** Not itself. */
  readonly createdTo?: Date;
  /** Minor units, both ends included. */
  readonly totalFrom?: number;
  readonly totalTo?: number;
  /** Only orders whose id sorts before this one. */
  readonly before?: string;
  readonly limit: number;
}

/** Newest first. */
export async function searchOrders(database: Queries, query: OrderQuery): Promise<OrderSummary[]> {
  const { text, params } = searchStatement(query);
  const rows = await database.query<SummaryRow>(text, params);
  return rows.map(summaryOf);
}

/** More than this is not indexed of a tracking number, whatever a carrier calls its parcels. */
export const TRACKING_INDEXED = 200;

/** What has an index with the order's id behind it; what leaves least comes first. */
const LOOKED_UP = {
  trackingNumber: `left(tracking_number, ${TRACKING_INDEXED})`,
  email: 'lower(email) collate "C"',
  customerId: 'customer_id',
} as const;

interface Column {
  readonly column: string;
  readonly value: string;
}

/** What is only looked at, in the rows that are found by something else. */
const LOOKED_AT = `($4::timestamptz is null or created_at >= $4)
  and ($5::timestamptz is null or created_at < $5)
  and ($6::bigint is null or total_amount >= $6)
  and ($7::bigint is null or total_amount <= $7)
  and ($8::text is null or exists (
    select 1 from json_array_elements(items) as item where item->>'productId' = $8))`;

/**
 * The statement is put together from those filters that have an index, a few dozen texts at most, so
 * that each has a plan of its own over the index that fits.
 */
export function searchStatement(query: OrderQuery): { text: string; params: unknown[] } {
  const params: unknown[] = [
    query.limit,
    ...idBounds(query),
    query.createdFrom?.toISOString() ?? null,
    query.createdTo?.toISOString() ?? null,
    query.totalFrom ?? null,
    query.totalTo ?? null,
    query.productId ?? null,
  ];
  const place = (value: unknown): string => `$${params.push(value)}`;
  const { statuses = [], trackingNumber } = query;
  const names = Object.keys(LOOKED_UP) as (keyof typeof LOOKED_UP)[];
  const [first, ...others] = names.flatMap((name): Column[] => {
    const value = query[name];
    return value === undefined ? [] : [{ column: LOOKED_UP[name], value: `${place(value)}::text` }];
  });
  const where = others.map(({ column, value }) => `${column} = ${value}`);
  const merchant: Column[] =
    query.merchantId === undefined
      ? []
      : [{ column: 'merchant_id', value: `${place(query.merchantId)}::text` }];
  if (trackingNumber !== undefined) where.push(`tracking_number = ${place(trackingNumber)}`);
  if (first) {
    where.push(...merchant.map(({ column, value }) => `${column} = ${value}`));
    if (statuses.length > 0) where.push(`status = any(${place(statuses)}::text[])`);
    return { text: page(where, [first]), params };
  }
  if (merchant.length === 0 && statuses.length === 0) return { text: page(where), params };
  // Each status is sorted in its index, several together are not: a page of each, then the newest.
  const ofStatus = (status: OrderStatus) =>
    page(where, [...merchant, { column: 'status', value: `${place(status)}::text` }]);
  const wanted = statuses.length > 0 ? statuses : orderStatus.options;
  const pages = wanted.map((status) => `(${ofStatus(status)})`).join(' union all ');
  const text = `select * from (${pages}) as found order by order_id desc limit $1`;
  return { text, params };
}

/**
 * The values and the id together lie in a stretch of the index, which is all that the planner is told.
 * If it knew that the value is one it would think of a merchant, or a status, of average size, and
 * for one of that size walk through all orders from the newest on: that never ends for a small one.
 */
function page(where: readonly string[], columns: readonly Column[] = []): string {
  const names = [...columns.map(({ column }) => column), 'order_id'];
  const values = columns.map(({ value }) => value);
  const row = (cells: readonly string[]): string => `(${cells.join(', ')})`;
  const stretch = `${row(names)} < ${row([...values, '$2::uuid'])}
      and ${row(names)} >= ${row([...values, '$3::uuid'])}`;
  const sortedBy = names.map((name) => `${name} desc`).join(', ');
  return `select ${SUMMARY} from orders where ${[stretch, ...where, LOOKED_AT].join(' and ')}
    order by ${sortedBy} limit $1`;
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** An order's id is given out a moment before it is created, by a clock that may be set meanwhile. */
const ID_SLACK_MS = 900_000;

/** Ids are UUIDv7 and say when they were given out: a time needs no index of its own. */
function idBounds({ before, createdFrom, createdTo }: OrderQuery): [string, string] {
  const to = createdTo && firstIdOf(createdTo.getTime() + ID_SLACK_MS);
  const ends = [before ?? LAST_ID, to ?? LAST_ID].sort();
  return [
    ends[0] as string,
    createdFrom ? firstIdOf(createdFrom.getTime() - ID_SLACK_MS) : FIRST_ID,
  ];
}

function firstIdOf(epochMs: number): string {
  const ms = Math.min(Math.max(epochMs, 0), 2 ** 48 - 1);
  const hex = ms.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
