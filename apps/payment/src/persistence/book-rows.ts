import type { Tx } from '#messaging';
import { chargedBack } from '../domain/chargebacks.js';
import type { Chargeback } from '../domain/payment.js';

/** A payment that took money, as others compare it with theirs. Amounts in minor units. */
export interface BookRow {
  readonly orderId: string;
  readonly merchantId: string;
  readonly currency: string;
  readonly captured: number;
  readonly refunded: number;
  /** Opened, and not won. */
  readonly chargedBack: number;
  readonly fee: number;
  readonly feeReturned: number;
  readonly revision: number;
}

export interface BookQuery {
  /** The last order of the page before. */
  readonly after?: string;
  /** YYYY-MM-DD, UTC; where nobody noted when the money was taken, when the payment was asked for. */
  readonly capturedOn?: string;
  readonly limit: number;
}

const COLUMNS = `order_id as "orderId", merchant_id as "merchantId", currency,
  captured::float8 as captured, refunded::float8 as refunded, chargebacks, fee::float8 as fee,
  fee_returned::float8 as "feeReturned", revision`;
const ALL = `captured > 0 and order_id > $1::uuid`;
const OF_DAY = `${ALL} and (coalesce(captured_at, created_at) at time zone 'UTC')::date = $3::date`;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** In the order of the orders' ids. */
export async function bookRows(
  tx: Tx,
  { after = BEFORE_ALL, capturedOn, limit }: BookQuery,
): Promise<BookRow[]> {
  const ofDay = capturedOn === undefined ? [] : [capturedOn];
  const rows = await tx.query<Omit<BookRow, 'chargedBack'> & { chargebacks: Chargeback[] }>(
    `select ${COLUMNS} from payment
      where ${capturedOn === undefined ? ALL : OF_DAY}
      order by order_id limit $2`,
    [after, limit, ...ofDay],
  );
  return rows.map(({ chargebacks, ...row }) => ({
    ...row,
    chargedBack: chargedBack({ chargebacks }),
  }));
}
