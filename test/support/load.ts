/** Many orders at once, as impatient clients send them, and waiting until all are settled. */
import { waitFor, type TestWorld } from '#testing';
import type { Accepted } from './audit.js';
import { readBooks } from './books.js';
import { get } from './http.js';
import { MIXED_STOCK, type PlannedOrder } from './orders.js';
import { isSold } from '../../tools/demo/audit.js';
import { Shop } from './shop.js';
import type { OrderStatus, OrderSummary, SagaState, SagaSummary } from './views.js';

export interface PushOptions {
  /** How many requests are out at the same time; default 20. */
  readonly concurrency?: number;
  /** Called with the number of orders accepted so far. */
  readonly onAccepted?: (count: number) => void;
  /** How long one order is tried again while nobody answers; default 60,000. */
  readonly patienceMs?: number;
}

export async function stockUp(shop: Shop): Promise<void> {
  for (const [productId, onHand] of Object.entries(MIXED_STOCK)) {
    await shop.setStock(productId, onHand);
  }
}

/**
 * Pushes all orders in and returns them with their ids, in the order of `orders`. An order whose
 * answer did not come, or was a 503, is sent again with its idempotency key.
 */
export async function pushOrders(
  shop: Shop,
  orders: readonly PlannedOrder[],
  { concurrency = 20, onAccepted = () => undefined, patienceMs = 60_000 }: PushOptions = {},
): Promise<Accepted[]> {
  const accepted: Accepted[] = [];
  const waiting = orders.entries();
  let count = 0;
  const client = async (): Promise<void> => {
    for (const [index, order] of waiting) {
      accepted[index] = { ...order, orderId: await pushOne(shop, order, patienceMs) };
      count += 1;
      onAccepted(count);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  return accepted;
}

async function pushOne(shop: Shop, order: PlannedOrder, timeoutMs: number): Promise<string> {
  const { body, status } = await waitFor(
    async () => {
      const answer = await shop.post(order.request, { 'idempotency-key': order.idempotencyKey });
      if (answer.status === 503) throw new Error('busy');
      return answer;
    },
    { what: 'an order to be answered', timeoutMs },
  );
  if (status !== 202) throw new Error(`not accepted but ${status}: ${JSON.stringify(body)}`);
  return body.orderId;
}

const LIVE_STATES: readonly SagaState[] = ['awaiting-start', 'running', 'compensating'];

/** Waits until no order is pending, no saga is under way and every mail has arrived. */
export async function untilSettled(world: TestWorld, timeoutMs: number): Promise<void> {
  const shop = new Shop(world);
  const deadline = Date.now() + timeoutMs;
  const left = () => Math.max(1, deadline - Date.now());
  let unsettled = '';
  const settled = async (): Promise<boolean> => {
    unsettled = await anyUnsettled(world);
    return unsettled === '';
  };
  const what = 'every order and saga to be settled';
  await waitFor(settled, { what, timeoutMs: left(), intervalMs: 200 }).catch((error: unknown) => {
    throw new Error(`${String(error)}\nstill there: ${unsettled}`, { cause: error });
  });
  const orders = await shop.orders();
  const sold = orders.filter(({ status }) => isSold(status)).length;
  await waitFor(
    async () => {
      const { mails } = await readBooks(world);
      const told = mails.filter(({ notice }) => notice === 'order-shipped');
      return new Set(told.map(({ orderId }) => orderId)).size >= sold;
    },
    { what: `the mails of ${sold} orders`, timeoutMs: left(), intervalMs: 200 },
  );
}

/** On their way: what is shipped has only to arrive. */
const UNSETTLED: readonly OrderStatus[] = ['pending', 'confirmed'];

/** Names one order or saga that is under way; empty when there is none. */
export async function anyUnsettled(world: TestWorld): Promise<string> {
  const orders = await Promise.all(
    UNSETTLED.map((status) =>
      get<{ items: OrderSummary[] }>(`${world.url('order')}/orders?status=${status}&limit=1`),
    ),
  );
  const shop = new Shop(world);
  const states = await Promise.all(
    LIVE_STATES.map((state) =>
      shop.admin<{ items: SagaSummary[] }>(`/sagas?state=${state}&limit=1`),
    ),
  );
  const [saga] = states.flatMap(({ items }) => items);
  const [order] = orders.flatMap(({ items }) => items);
  return [
    ...(order ? [`order ${order.orderId} is ${order.status}`] : []),
    ...(saga ? [`saga ${saga.sagaId} of ${saga.orderId} is ${saga.state}`] : []),
  ].join(', ');
}
