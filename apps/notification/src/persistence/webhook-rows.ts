import type { Tx } from '#messaging';
import type {
  Delivery,
  DeliveryStatus,
  Endpoint,
  NewDelivery,
  SealedEndpoint,
} from '../webhooks/webhook.js';

const ENDPOINT = `merchant_id as "merchantId", url, events, enabled,
                  disabled_reason as "disabledReason"`;

/** The enabled ones of these merchants. */
export function findEnabled(tx: Tx, merchantIds: readonly string[]): Promise<Endpoint[]> {
  return tx.query<Endpoint>(
    `select ${ENDPOINT} from webhook_endpoint where enabled and merchant_id = any($1::text[])`,
    [merchantIds],
  );
}

/** With the secrets that are valid now. */
export async function findSealed(
  tx: Tx,
  merchantIds: readonly string[],
): Promise<Map<string, SealedEndpoint>> {
  const rows = await tx.query<SealedEndpoint>(
    `select ${ENDPOINT}, secret,
            case when previous_until > now() then previous_secret end as "previousSecret"
       from webhook_endpoint
      where merchant_id = any($1::text[])`,
    [merchantIds],
  );
  return new Map(rows.map((row) => [row.merchantId, row]));
}

export interface WantedEndpoint {
  readonly merchantId: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly enabled: boolean;
}

/** A known one keeps its secret. @returns whether it is new, and with the secret given */
export async function putEndpoint(
  tx: Tx,
  { merchantId, url, events, enabled }: WantedEndpoint,
  secret: string,
): Promise<{ readonly created: boolean }> {
  const [row] = await tx.query<{ secret: string }>(
    `insert into webhook_endpoint as e (merchant_id, url, events, enabled, secret)
     values ($1, $2, $3::text[], $4, $5)
     on conflict (merchant_id) do update
        set url = excluded.url, events = excluded.events, enabled = excluded.enabled,
            disabled_reason = null, updated_at = now()
     returning secret`,
    [merchantId, url, events, enabled, secret],
  );
  return { created: row?.secret === secret };
}

/** @returns whether there is such an endpoint */
export async function rotateSecret(
  tx: Tx,
  merchantId: string,
  { secret, keepMs }: { readonly secret: string; readonly keepMs: number },
): Promise<boolean> {
  const rows = await tx.query(
    `update webhook_endpoint
        set previous_secret = secret, previous_until = now() + $3 * interval '1 ms', secret = $2,
            updated_at = now()
      where merchant_id = $1
     returning merchant_id`,
    [merchantId, secret, keepMs],
  );
  return rows.length > 0;
}

/** @returns whether there was one */
export async function removeEndpoint(tx: Tx, merchantId: string): Promise<boolean> {
  const rows = await tx.query(
    'delete from webhook_endpoint where merchant_id = $1 returning merchant_id',
    [merchantId],
  );
  return rows.length > 0;
}

/** Those that are still at the address that was called. */
export async function disableEndpoints(
  tx: Tx,
  gone: readonly { readonly merchantId: string; readonly url: string }[],
  reason: string,
): Promise<void> {
  if (gone.length === 0) return;
  await tx.query(
    `with mine as materialized (
       select e.merchant_id
         from webhook_endpoint e, unnest($1::text[], $2::text[]) as n (merchant_id, url)
        where e.merchant_id = n.merchant_id and e.url = n.url
        order by e.merchant_id
          for update of e)
     update webhook_endpoint e
        set enabled = false, disabled_reason = $3, updated_at = now()
       from mine
      where e.merchant_id = mine.merchant_id`,
    [gone.map(({ merchantId }) => merchantId), gone.map(({ url }) => url), reason],
  );
}

/** @returns the ids of those that were not recorded before */
export async function recordDeliveries(
  tx: Tx,
  deliveries: readonly NewDelivery[],
): Promise<string[]> {
  if (deliveries.length === 0) return [];
  const rows = await tx.query<{ deliveryId: string }>(
    `insert into webhook_delivery (delivery_id, merchant_id, message_id, body)
     select n.* from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as n (delivery_id)
      order by n.delivery_id
     on conflict (delivery_id) do nothing
     returning delivery_id as "deliveryId"`,
    [
      deliveries.map(({ deliveryId }) => deliveryId),
      deliveries.map(({ merchantId }) => merchantId),
      deliveries.map(({ messageId }) => messageId),
      deliveries.map(({ body }) => body),
    ],
  );
  return rows.map(({ deliveryId }) => deliveryId);
}

/** By id; unknown ones are missing. */
export async function findDeliveries(
  tx: Tx,
  deliveryIds: readonly string[],
): Promise<Map<string, Delivery>> {
  const rows = await tx.query<Delivery>(
    `select delivery_id as "deliveryId", merchant_id as "merchantId", message_id as "messageId",
            body, status, recorded_at as "recordedAt"
       from webhook_delivery
      where delivery_id = any($1::text[])`,
    [deliveryIds],
  );
  return new Map(rows.map((row) => [row.deliveryId, row]));
}

export interface SettledDelivery {
  readonly deliveryId: string;
  readonly status: DeliveryStatus;
  readonly problem: string | null;
}

/** One that was delivered stays delivered. */
export async function settleDeliveries(tx: Tx, settled: readonly SettledDelivery[]): Promise<void> {
  if (settled.length === 0) return;
  await tx.query(
    `with mine as materialized (
       select delivery_id from webhook_delivery
        where delivery_id = any($1::text[])
        order by delivery_id
          for update)
     update webhook_delivery d
        set status = n.status, problem = n.problem, settled_at = now()
       from mine, unnest($1::text[], $2::text[], $3::text[]) as n (delivery_id, status, problem)
      where mine.delivery_id = n.delivery_id and d.delivery_id = n.delivery_id
        and d.status <> 'delivered'`,
    [
      settled.map(({ deliveryId }) => deliveryId),
      settled.map(({ status }) => status),
      settled.map(({ problem }) => problem),
    ],
  );
}

/** @returns how many deliveries are dropped that have been over since before then, at most `limit` */
export async function dropSettled(tx: Tx, before: Date, limit: number): Promise<number> {
  const [dropped] = await tx.query<{ count: number }>(
    `with gone as (
       delete from webhook_delivery d
        using (select delivery_id from webhook_delivery
                where settled_at < $1 order by settled_at limit $2
                  for update skip locked) old
        where d.delivery_id = old.delivery_id
       returning 1)
     select count(*)::int as count from gone`,
    [before, limit],
  );
  return dropped?.count ?? 0;
}
