/** One order over HTTP, and what came of asking. */
import type { TestWorld } from '#testing';
import type { AcceptedOrder } from '../../demo/audit.js';
import { call } from '../../demo/http.js';
import { fineOrder } from './orders.js';

export interface Placed {
  readonly tookMs: number;
  /** Unless it was answered otherwise, or not at all. */
  readonly accepted?: AcceptedOrder;
}

/** Asked once: what a client would try again counts as refused. `no` tells orders apart. */
export async function place(world: TestWorld, no: number): Promise<Placed> {
  const { idempotencyKey, ...order } = fineOrder(no);
  const sentAt = performance.now();
  const answer = await call(`${world.url('order')}/orders`, {
    method: 'POST',
    json: order.request,
    headers: { 'idempotency-key': idempotencyKey },
  }).catch(() => undefined);
  const tookMs = performance.now() - sentAt;
  if (answer?.status !== 202) return { tookMs };
  const { orderId } = answer.body as { orderId: string };
  return { tookMs, accepted: { orderId, ...order } };
}
