import { isOver } from '#saga';
import type { Shop } from '../shop/shop.js';
import type { Watched } from './watch.js';

/** A saga that asks for a person may stay as it is, once it had this long to go on by itself. */
const ATTENTION_AFTER_MS = 150_000;

/** What is still on its way: not accepted, not decided, not sent, not read, not done outside. */
export function pendingOf(shop: Shop, watched: Watched, healedMs = Infinity): string[] {
  const { customers, sagas, services, tables } = shop;
  const acceptsAttention = healedMs > ATTENTION_AFTER_MS;
  const pending = customers.all.flatMap(({ orderId, plan }) =>
    orderId === undefined ? [`order ${plan.no} is not accepted`] : [],
  );
  for (const { orderId, plan, returns } of customers.all) {
    const status = tables.order.orders.rows.get(orderId ?? '')?.order.status;
    const isAnswered = returns.length === plan.returns.length;
    const isOnItsWay = status === 'pending' || status === 'confirmed';
    if (!isAnswered && !isOnItsWay) pending.push(`order ${plan.no} has no return yet`);
  }
  const started = new Set<string>();
  for (const { instance } of sagas.instances.rows.values()) {
    const { state, attention, businessKey } = instance;
    started.add(businessKey);
    if (!isOver(state) && !(acceptsAttention && attention))
      pending.push(`${businessKey} is ${state}`);
  }
  for (const id of [...tables.order.orders.rows.keys(), ...tables.returns.returns.rows.keys()]) {
    if (!started.has(id)) pending.push(`${id} has no saga`);
  }
  for (const [service, { group, parcels }] of Object.entries(services)) {
    // A saga that needs a person has messages under way for ever.
    const lag = group.lag + (parcels?.lag ?? 0);
    if (lag > 0 && !acceptsAttention) pending.push(`${service} is ${lag} behind`);
  }
  if (!acceptsAttention) pending.push(...watched.unpublished);
  for (const [worker, { rows }] of Object.entries(tables.tasks)) {
    for (const { subject, dueAtMs } of rows.rows.values()) {
      if (dueAtMs !== Infinity) pending.push(`${worker} works on ${subject}`);
    }
  }
  for (const [participant, { rows }] of Object.entries(tables.parking)) {
    for (const key of rows.rows.keys()) pending.push(`${participant} has parked ${key}`);
  }
  return pending;
}
