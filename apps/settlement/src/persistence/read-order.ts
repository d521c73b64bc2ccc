import type { Tx } from '#messaging';
import type { Amounts } from '../domain/settled.js';

/** What an order has brought, and what was settled of it. */
export interface OrderRecord {
  readonly orderId: string;
  readonly merchantId: string;
  readonly currency: string;
  /** Null: not known to be paid. */
  readonly captured: number | null;
  readonly fees: number;
  readonly refunded: number;
  readonly chargebacks: number;
  readonly completedAt: Date | null;
  readonly dueFrom: Date | null;
  readonly atOnce: boolean;
  readonly open: boolean;
  readonly settled: Amounts;
  /** In their order. */
  readonly settlementIds: readonly string[];
}

type Counted = 'captured' | 'fees' | 'refunded' | 'chargebacks';

/** int8 comes as text. */
type Row = Omit<OrderRecord, Counted | 'settled'> &
  Readonly<Record<Exclude<Counted, 'captured'>, string>> & {
    readonly captured: string | null;
    /** JSON, where int8 is a number. */
    readonly settled: Amounts;
  };

export async function findOrder(
  queries: Pick<Tx, 'query'>,
  orderId: string,
): Promise<OrderRecord | undefined> {
  const [row] = await queries.query<Row>(
    `select order_id as "orderId", merchant_id as "merchantId", currency, captured, fees, refunded,
            chargebacks, completed_at as "completedAt", due_from as "dueFrom", at_once as "atOnce",
            open,
            json_build_object('gross', settled_gross, 'fees', settled_fees,
                              'refunds', settled_refunds, 'chargebacks', settled_chargebacks)
              as settled,
            array(select s.settlement_id
                    from settlement_line l join settlement s using (settlement_id)
                   where l.order_id = m.order_id order by s.settlement_no) as "settlementIds"
       from order_money m where order_id = $1`,
    [orderId],
  );
  if (!row) return undefined;
  return {
    ...row,
    captured: row.captured === null ? null : Number(row.captured),
    fees: Number(row.fees),
    refunded: Number(row.refunded),
    chargebacks: Number(row.chargebacks),
  };
}
