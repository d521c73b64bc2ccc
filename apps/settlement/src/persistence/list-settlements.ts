import type { Tx } from '#messaging';
import type { Amounts, Settled } from '../domain/settled.js';

type Queries = Pick<Tx, 'query'>;

export interface ListedSettlement extends Settled {
  /** int8, as text. Later ones have higher ones. */
  readonly settlementNo: string;
}

const SUMS = ['gross', 'fees', 'refunds', 'chargebacks', 'net'] as const;
type Row = Omit<ListedSettlement, (typeof SUMS)[number]> &
  Readonly<Record<(typeof SUMS)[number], string>>;

const SELECT = `select settlement_no as "settlementNo", settlement_id as "settlementId",
  batch_id as "batchId", merchant_id as "merchantId", currency, orders, gross, fees, refunds,
  chargebacks, net, cutoff, settled_at as "settledAt" from settlement`;

const settlementOf = (row: Row): ListedSettlement => ({
  ...row,
  gross: Number(row.gross),
  fees: Number(row.fees),
  refunds: Number(row.refunds),
  chargebacks: Number(row.chargebacks),
  net: Number(row.net),
});

export async function findSettlement(
  queries: Queries,
  settlementId: string,
): Promise<ListedSettlement | undefined> {
  const [row] = await queries.query<Row>(`${SELECT} where settlement_id = $1`, [settlementId]);
  return row && settlementOf(row);
}

export interface SettlementQuery {
  readonly merchantId?: string | undefined;
  readonly currency?: string | undefined;
  /** Only those before this one. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** Newest first. For each set of filters, a text of its own with a plan over the index that fits it. */
export async function listSettlements(
  queries: Queries,
  { merchantId, currency, before, limit }: SettlementQuery,
): Promise<ListedSettlement[]> {
  const filters = [
    ...(merchantId === undefined ? [] : [{ column: 'merchant_id', value: merchantId }]),
    ...(currency === undefined ? [] : [{ column: 'currency', value: currency }]),
  ];
  const where = filters.map(({ column }, index) => `and ${column} = $${index + 3}`).join(' ');
  const rows = await queries.query<Row>(
    `${SELECT} where settlement_no < coalesce($1::int8, 9223372036854775807) ${where}
      order by settlement_no desc limit $2`,
    [before ?? null, limit, ...filters.map(({ value }) => value)],
  );
  return rows.map(settlementOf);
}

export interface Line extends Amounts {
  readonly orderId: string;
  /** When the goods arrived; null where they never did. */
  readonly completedAt: Date | null;
}

type LineRow = Pick<Line, 'orderId' | 'completedAt'> & Readonly<Record<keyof Amounts, string>>;

/** By order. Lines never change, so that pages read at different times fit together. */
export async function linesOf(
  queries: Queries,
  settlementId: string,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<Line[]> {
  const rows = await queries.query<LineRow>(
    `select l.order_id as "orderId", m.completed_at as "completedAt", l.gross, l.fees, l.refunds,
            l.chargebacks
       from settlement_line l join order_money m using (order_id)
      where l.settlement_id = $1
        and l.order_id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
      order by l.order_id limit $3`,
    [settlementId, after ?? null, limit],
  );
  return rows.map(({ orderId, completedAt, ...sums }) => ({
    orderId,
    completedAt,
    gross: Number(sums.gross),
    fees: Number(sums.fees),
    refunds: Number(sums.refunds),
    chargebacks: Number(sums.chargebacks),
  }));
}
