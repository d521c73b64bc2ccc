/** From the captured payment to the mail that says so, one order after the other. */
import { setTimeout as pause } from 'node:timers/promises';
import { runSql, type ReaderName, type TestWorld } from '#testing';
import { percentile } from '../../../bench/load.js';
import { get } from '../../demo/http.js';
import type { Wait } from './ending.js';
import { fineOrder, STOCKED } from './orders.js';
import { startShop } from './world.js';

export interface MailFigures {
  readonly orders: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Cold code is no measure of anything. */
const WARM_UP = 50;
const LOOK_EVERY_MS = 20;
const GIVE_UP_MS = 30_000;

export async function measureMail(
  orders: number,
  { signal, show }: Wait,
  beside: readonly ReaderName[] = [],
): Promise<MailFigures> {
  show('starts');
  const env = { notification: { NOTICES_FROM_EVENTS: 'payment-succeeded' } };
  await using started = await startShop(env, beside);
  const { world, shop } = started;
  await shop.putStock(STOCKED);
  const mailedAt = new Map<string, number>();
  for (let no = 0; no < WARM_UP + orders; no += 1) {
    signal.throwIfAborted();
    show(`${no} of ${WARM_UP + orders} orders`);
    const { request, idempotencyKey } = fineOrder(no);
    const placement = await shop.place(request, idempotencyKey);
    if (!('orderId' in placement)) throw new Error(`not accepted: ${placement.refused}`);
    const at = await mailArrived(world, placement.orderId);
    if (no >= WARM_UP) mailedAt.set(placement.orderId, at);
  }
  const captured = await capturedAt(world, [...mailedAt.keys()]);
  const waits = Float64Array.from(
    [...mailedAt].map(([orderId, at]) => at - (captured.get(orderId) ?? NaN)),
  ).sort();
  return {
    orders: waits.length,
    p50Ms: percentile(waits, 0.5),
    p99Ms: percentile(waits, 0.99),
    maxMs: percentile(waits, 1),
  };
}

/** By the clock of the mail server, in epoch ms; all processes are on one machine. */
async function mailArrived(world: TestWorld, orderId: string): Promise<number> {
  const url = `${world.url('sandbox-mail')}/messages?orderId=${orderId}`;
  const giveUpAt = performance.now() + GIVE_UP_MS;
  while (performance.now() < giveUpAt) {
    const { items } = await get<{ items: { notice: string; receivedAt: string }[] }>(url);
    const mail = items.find(({ notice }) => notice === 'payment-succeeded');
    if (mail) return Date.parse(mail.receivedAt);
    await pause(LOOK_EVERY_MS);
  }
  throw new Error(`no mail about the payment of ${orderId}`);
}

/** When payment has recorded that the money is there; nothing changes the row afterwards. */
async function capturedAt(
  world: TestWorld,
  orderIds: readonly string[],
): Promise<Map<string, number>> {
  const ids = orderIds.map((id) => `'${id}'`).join(', ');
  const rows = await runSql(world.database('payment').url, [
    `select order_id, extract(epoch from updated_at) * 1000 as at
       from payment where status = 'captured' and order_id in (${ids})`,
  ]);
  return new Map(rows.map(({ order_id: id, at }) => [String(id), Number(at)]));
}
