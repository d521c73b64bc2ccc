/** When all is over: our tables, and the books of those outside, hold what was promised. */
import { isActive } from '../../../apps/inventory/src/domain/reservation.js';
import type { SagaInstance } from '#saga';
import type { Order } from '../../../apps/order/src/domain/order.js';
import type { Shop } from '../shop/shop.js';
import { pendingOf } from './converged.js';
import type { Watched } from './watch.js';

type Report = (what: string) => void;

export function checkBooks(shop: Shop, watched: Watched, converged: boolean): void {
  const { world } = shop;
  const report: Report = (what) => world.violated(what);
  if (!converged) {
    const [first, ...others] = pendingOf(shop, watched);
    report(`not over long after the last fault: ${first} and ${others.length} more`);
  }
  for (const what of watched.unpublished.slice(0, 3)) report(`committed, never published: ${what}`);
  checkKeys(shop, report);
  for (const { order } of shop.tables.order.orders.rows.values()) checkOrder(shop, order, report);
  checkStock(shop, report);
  for (const { orderId } of shop.outside.provider.intents.values()) {
    if (!shop.tables.order.orders.rows.has(orderId)) report(`payment of no order: ${orderId}`);
  }
  const isPoisoned = world.faults.counts.has('statement-poisoned');
  if (shop.deadLetters > 0 && !isPoisoned) report(`${shop.deadLetters} dead letters`);
}

/** One order for each key, and it is the one that the customer was told of. */
function checkKeys(shop: Shop, report: Report): void {
  const byKey = new Map<string, string>();
  for (const { order, requestKey } of shop.tables.order.orders.rows.values()) {
    const key = requestKey?.key ?? '';
    if (byKey.has(key)) report(`two orders of ${key}: ${byKey.get(key)} and ${order.orderId}`);
    byKey.set(key, order.orderId);
  }
  for (const { plan, orderId } of shop.customers.all) {
    const kept = byKey.get(`key-${plan.no}`);
    if (orderId === undefined) report(`order ${plan.no} was never accepted`);
    else if (kept !== orderId) report(`order ${plan.no} is ${kept}, not ${orderId} as was said`);
  }
}

function checkOrder(shop: Shop, order: Order, report: Report): void {
  const { orderId } = order;
  const sagas = [...shop.sagas.instances.rows.values()]
    .map(({ instance }) => instance)
    .filter(({ businessKey }) => businessKey === orderId);
  const [saga] = sagas;
  if (!saga || sagas.length > 1) return report(`${sagas.length} sagas of ${orderId}`);
  const say: Report = (what) => report(`${orderId}, ${saga.state}: ${what}`);
  checkEnd(saga, order, say);
  checkSteps(shop, saga, say);
  checkMoney(shop, saga, order, say);
  checkGoods(shop, saga, order, say);
}

function checkEnd({ state, attention, cause, ledger }: SagaInstance, order: Order, say: Report) {
  const isOver = state === 'completed' || state === 'compensated';
  if (!isOver && !attention) say('neither over nor with attention');
  if (attention && (!attention.code || !attention.message)) say('attention without a cause');
  if (state === 'compensated' && !cause) say('compensated without a cause');
  if (state === 'completed' && order.status !== 'confirmed') say(`the order is ${order.status}`);
  if (state === 'compensated' && order.status !== 'cancelled') say(`the order is ${order.status}`);
  if (state !== 'compensated') return;
  for (const { id, taken, returned } of Object.values(ledger)) {
    if (taken !== returned) say(`the ledger has ${taken - returned} of ${id} open`);
  }
}

/** Only what was sent is undone, nothing is once the pivot is done, and history is complete. */
function checkSteps(shop: Shop, saga: SagaInstance, say: Report): void {
  const isShipped = saga.steps['ship-order']?.state === 'done';
  for (const [name, step] of Object.entries(saga.steps)) {
    const isUndone = step.undo !== undefined || step.state === 'undone' || step.state === 'undoing';
    if (!isUndone) continue;
    if (isShipped) say(`'${name}' was undone although the pivot is done`);
    const wasDone = step.command !== undefined || name === 'create-order';
    if (!wasDone) say(`'${name}' was undone without having been sent`);
  }
  for (let revision = 1; revision <= saga.revision; revision += 1) {
    if (!shop.sagas.history.rows.has(`${saga.id}/${revision}`)) {
      say(`its history lacks revision ${revision}`);
    }
  }
}

function checkMoney(shop: Shop, saga: SagaInstance, order: Order, say: Report): void {
  const intents = [...shop.outside.provider.intents.values()].filter(
    ({ orderId }) => orderId === order.orderId,
  );
  const sum = (of: (intent: (typeof intents)[number]) => number): number =>
    intents.reduce((total, intent) => total + of(intent), 0);
  const captured = sum((intent) => intent.captured);
  const refunded = sum((intent) => intent.refunded);
  const captures = sum((intent) => intent.captures);
  if (captures > 1) say(`charged ${captures} times`);
  if (refunded > captured) say(`${refunded} refunded of ${captured} captured`);
  if (saga.state === 'completed' && (captured !== order.totalAmount || refunded > 0)) {
    say(`${captured} captured and ${refunded} refunded of ${order.totalAmount}`);
  }
  if (saga.state === 'compensated' && captured !== refunded) {
    say(`${captured - refunded} of the customer's money was kept`);
  }
  if (shop.outside.carrier.parcels.has(order.orderId) && refunded > 0) {
    say('shipped and refunded');
  }
}

function checkGoods(shop: Shop, saga: SagaInstance, order: Order, say: Report): void {
  const { orderId, items } = order;
  const reservation = shop.tables.shelf.reservations.rows.get(orderId);
  const parcel = shop.outside.carrier.parcels.get(orderId);
  const mails = [...shop.outside.mailbox.mails.values()].filter((mail) => mail.orderId === orderId);
  if (mails.length > 1) say(`${mails.length} different mails`);
  if (saga.state === 'completed') {
    const pieces = items.reduce((all, { quantity }) => all + quantity, 0);
    if (reservation?.status !== 'secured') say(`its stock is ${reservation?.status}`);
    if (parcel?.pieces !== pieces) say(`a parcel of ${parcel?.pieces} pieces for ${pieces}`);
    const isReachable = shop.customers.planOfId.get(orderId)?.mailbox === 'known';
    if (isReachable && mails.length !== 1) say('no mail');
  }
  if (saga.state === 'compensated') {
    if (isActive(reservation)) say('its stock is still put aside');
    if (parcel) say('a parcel left');
    if (mails.length > 0) say('a mail says that it is confirmed');
  }
}

/** What is put aside is what orders have put aside; nothing came or went. */
function checkStock(shop: Shop, report: Report): void {
  const { stock, reservations } = shop.tables.shelf;
  const held = new Map<string, number>();
  for (const reservation of reservations.rows.values()) {
    if (!isActive(reservation)) continue;
    for (const { productId, quantity } of reservation.lines) {
      held.set(productId, (held.get(productId) ?? 0) + quantity);
    }
  }
  for (const { productId, onHand, reserved } of stock.rows.values()) {
    if (onHand !== shop.plan.shape.stockOfEach) report(`${productId}: ${onHand} on hand`);
    if (reserved !== (held.get(productId) ?? 0)) {
      report(`${productId}: ${reserved} put aside, ${held.get(productId) ?? 0} by orders`);
    }
  }
}
