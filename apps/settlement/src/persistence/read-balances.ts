import type { Tx } from '#messaging';
import { isDue, type Due } from './settle-rows.js';

export interface BalanceView {
  readonly currency: string;
  readonly available: number;
  readonly held: number;
  readonly drawn: number;
  /** Added up over all times. */
  readonly settled: number;
  /** Of orders that are not due yet; it may be negative. */
  readonly pending: number;
  /** What the next batch would settle; negative: a debt. */
  readonly due: number;
  readonly revision: number;
}

const NUMBERS = ['available', 'held', 'drawn', 'settled', 'pending', 'due'] as const;
type Row = Pick<BalanceView, 'currency' | 'revision'> &
  Readonly<Record<(typeof NUMBERS)[number], string>>;

/** Every currency in which a merchant has, or had, anything, by its code. */
export async function balancesOf(
  queries: Pick<Tx, 'query'>,
  merchantId: string,
  { cutoff, delivered }: Due,
): Promise<BalanceView[]> {
  const rows = await queries.query<Row>(
    `with waiting as (
       select m.currency,
              sum(m.captured - m.settled_gross - (m.fees - m.settled_fees)
                  - (m.refunded - m.settled_refunds)
                  - (m.chargebacks - m.settled_chargebacks)) as net,
              coalesce(${isDue('$2', '$3')}, false) as due
         from order_money m where m.merchant_id = $1 and m.open
        group by m.currency, 3)
     select currency, coalesce(b.available, 0) as available, coalesce(b.held, 0) as held,
            coalesce(b.drawn, 0) as drawn, coalesce(b.settled, 0) as settled,
            coalesce(p.net, 0) as pending, coalesce(d.net, 0) as due,
            coalesce(b.revision, 0) as revision
       from (select * from balance where merchant_id = $1) b
       full join (select * from waiting where not due) p using (currency)
       full join (select * from waiting where due) d using (currency)
      order by currency`,
    [merchantId, cutoff.toISOString(), delivered.toISOString()],
  );
  return rows.map((row) => ({
    currency: row.currency,
    revision: row.revision,
    available: Number(row.available),
    held: Number(row.held),
    drawn: Number(row.drawn),
    settled: Number(row.settled),
    pending: Number(row.pending),
    due: Number(row.due),
  }));
}
