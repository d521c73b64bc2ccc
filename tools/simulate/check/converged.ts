import { isOver, type SagaInstance, type StepInstance } from '#saga';
import type { Shop } from '../shop/shop.js';
import type { Watched } from './watch.js';

/** A saga that asks for a person may stay as it is, once it had this long to go on by itself. */
const ATTENTION_AFTER_MS = 150_000;

/** Whether all has come to its end, but for what a person is asked for. */
export const hasConverged = (shop: Shop, watched: Watched, healedMs: number): boolean =>
  pendingOf(shop, watched, healedMs).next().done === true;

/** What is still on its way: not accepted, not decided, not sent, not read, not done outside. */
export function* pendingOf(
  shop: Shop,
  watched: Watched,
  healedMs = Infinity,
): Iterator<string> & Iterable<string> {
  // What is nearly always open until the end comes first: most looks end there.
  yield* openSagas(shop, healedMs);
  yield* openOrders(shop);
  yield* openWithdrawals(shop);
  yield* openMessages(shop, watched, healedMs);
  yield* openWork(shop);
}

function* openSagas({ sagas, tables }: Shop, healedMs: number): Iterable<string> {
  const acceptsAttention = healedMs > ATTENTION_AFTER_MS;
  const started = new Set<string>();
  for (const { instance } of sagas.instances.rows.values()) {
    const { state, attention, businessKey } = instance;
    started.add(businessKey);
    const isLeft = (acceptsAttention && attention !== undefined) || isLeftToPeople(instance);
    if (!isOver(state) && !isLeft) yield `${businessKey} is ${state}`;
  }
  const { order, returns, withdrawal } = tables;
  for (const table of [order.orders, returns.returns, withdrawal.withdrawals]) {
    for (const id of table.rows.keys()) if (!started.has(id)) yield `${id} has no saga`;
  }
}

/** It asks for a person, and nothing of it waits for anything but that. */
const isLeftToPeople = ({ attention, alsoAttention = [], steps }: SagaInstance): boolean => {
  if (!attention) return false;
  const given = new Map([...alsoAttention, attention].map(({ step, code }) => [step, code]));
  return Object.entries(steps).every(([name, step]) => !isAwaited(step, given.get(name)));
};

/** What was given up by its participant is asked for again and again, and always answered alike. */
const isAwaited = ({ state, command, undo }: StepInstance, attention?: string): boolean => {
  if (state === 'undoing') return undo !== undefined && undo.state !== 'failed';
  if (state === 'refused') return command?.dueAt !== undefined;
  if (state !== 'sent' && state !== 'pending') return false;
  return attention === undefined || command?.error?.code !== attention;
};

function* openOrders({ customers, tables }: Shop): Iterable<string> {
  for (const { orderId, plan, returns } of customers.all) {
    if (orderId === undefined) yield `order ${plan.no} is not accepted`;
    const status = tables.order.orders.rows.get(orderId ?? '')?.order.status;
    const isAnswered = returns.length === plan.returns.length;
    const isOnItsWay = status === 'pending' || status === 'confirmed';
    if (!isAnswered && !isOnItsWay) yield `order ${plan.no} has no return yet`;
  }
}

function* openWithdrawals({ merchants }: Shop): Iterable<string> {
  for (const { withdrawalId, plan } of merchants.all) {
    if (withdrawalId === undefined) yield `withdrawal ${plan.no} is not accepted`;
  }
}

function* openMessages({ services }: Shop, watched: Watched, healedMs: number): Iterable<string> {
  // A saga that needs a person has messages under way for ever.
  if (healedMs > ATTENTION_AFTER_MS) return;
  for (const [service, { group, facts }] of Object.entries(services)) {
    const lag = [group, ...facts].reduce((sum, one) => sum + one.lag, 0);
    if (lag > 0) yield `${service} is ${lag} behind`;
  }
  yield* watched.unpublished;
}

function* openWork({ tables, outside }: Shop): Iterable<string> {
  const { parcels } = outside.carrier;
  yield* parcels.underWay;
  const untold = parcels.feed.length - tables.trackingCursor.seq;
  if (untold > 0) yield `${untold} events of the carrier are not read`;
  for (const [worker, { rows }] of Object.entries(tables.tasks)) {
    // A feed is never read to its end.
    if (worker === 'tracking') continue;
    for (const { subject, dueAtMs } of rows.rows.values()) {
      if (dueAtMs !== Infinity) yield `${worker} works on ${subject}`;
    }
  }
  for (const [participant, { rows }] of Object.entries(tables.parking)) {
    for (const key of rows.rows.keys()) yield `${participant} has parked ${key}`;
  }
}
