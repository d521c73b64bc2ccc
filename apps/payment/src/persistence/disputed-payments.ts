import type { Tx } from '#messaging';

export interface DisputedPayment {
  readonly orderId: string;
  readonly intentId: string;
}

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** Payments with an open chargeback, in the order of their ids. */
export function disputedPayments(
  tx: Tx,
  { after = BEFORE_ALL, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<DisputedPayment[]> {
  return tx.query<DisputedPayment>(
    `select order_id as "orderId", intent_id as "intentId" from payment
      where is_disputed and order_id > $1::uuid
      order by order_id limit $2`,
    [after, limit],
  );
}
