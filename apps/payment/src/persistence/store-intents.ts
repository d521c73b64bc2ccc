import type { Tx } from '#messaging';

export interface NewIntentId {
  readonly orderId: string;
  readonly attempt: number;
  readonly intentId: string;
}

/**
 * Stores the ids of intents that are about to be confirmed, for payments that still want that. This
 * is the gate between making an intent and taking money with it: what was taken back, has an intent
 * already, or has got another card since, is left alone. @returns for each, in order, whether it was stored
 *
 * The revision stays: nothing has happened yet that anybody is told of.
 */
export async function storeIntents(tx: Tx, intents: readonly NewIntentId[]): Promise<boolean[]> {
  const rows = await tx.query<Omit<NewIntentId, 'attempt'>>(
    `with mine as materialized (
       select order_id from payment
        where order_id = any($1::uuid[])
        order by order_id
          for update)
     update payment p
        set intent_id = n.intent_id, status = 'intended', updated_at = now()
       from mine, unnest($1::uuid[], $2::text[], $3::int[]) as n (order_id, intent_id, attempt)
      where mine.order_id = n.order_id and p.order_id = n.order_id
        and p.status = 'accepted' and p.wanted = 'captured' and p.attempt = n.attempt
     returning p.order_id as "orderId", p.intent_id as "intentId"`,
    [
      intents.map(({ orderId }) => orderId),
      intents.map(({ intentId }) => intentId),
      intents.map(({ attempt }) => attempt),
    ],
  );
  // Several may ask for one payment at once; only one id is on it, and only that may be confirmed.
  const stored = new Map(rows.map(({ orderId, intentId }) => [orderId, intentId]));
  return intents.map(({ orderId, intentId }) => stored.get(orderId) === intentId);
}
