import type { Tx } from '#messaging';

/** What the provider tells us: that something has become of an order's payment. */
export interface NewMessage {
  readonly messageId: string;
  readonly type: string;
  readonly orderId: string | undefined;
}

/** @returns the ids of those that are new today; one that comes again on another day is new again */
export async function insertMessages(
  tx: Tx,
  messages: readonly NewMessage[],
  today: string,
): Promise<Set<string>> {
  const rows = await tx.query<{ messageId: string }>(
    `insert into provider_message (message_id, received_on, type, order_id)
     select distinct on (n.id) n.id, $4::date, n.type, n.order_id
       from unnest($1::text[], $2::text[], $3::uuid[]) as n (id, type, order_id)
      order by n.id
     on conflict do nothing
     returning message_id as "messageId"`,
    [
      messages.map(({ messageId }) => messageId),
      messages.map(({ type }) => type),
      messages.map(({ orderId }) => orderId ?? null),
      today,
    ],
  );
  return new Set(rows.map(({ messageId }) => messageId));
}
