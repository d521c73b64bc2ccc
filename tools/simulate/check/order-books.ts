/** What is promised of an order that was placed: its money, its goods, its mail. */
import type { SagaInstance } from '#saga';
import { pieces } from '../../../apps/inventory/src/domain/lines.js';
import { isActive } from '../../../apps/inventory/src/domain/reservation.js';
import type { Order } from '../../../apps/order/src/domain/order.js';
import type { Intent } from '../outside/provider.js';
import type { Shop } from '../shop/shop.js';
import type { Report } from './report.js';

export function checkOrder(shop: Shop, saga: SagaInstance, order: Order, say: Report): void {
  const { state } = saga;
  const hasLeft = ['shipped', 'completed', 'returned'].includes(order.status);
  if (state === 'completed' && !hasLeft) say(`the order is ${order.status}`);
  if (state === 'compensated' && order.status !== 'cancelled') say(`the order is ${order.status}`);
  checkMoney(shop, saga, order, say);
  checkGoods(shop, saga, order, say);
  checkParcel(shop, saga, order, say);
}

/** What left has left the stock, and what was recalled never left; arrived is what was delivered. */
function checkParcel(shop: Shop, saga: SagaInstance, order: Order, say: Report): void {
  const { world, outside, tables } = shop;
  const { orderId, status, reason } = order;
  const { parcels } = outside.carrier;
  const parcel = parcels.byOrder.get(orderId);
  const told = parcels.feed.filter(({ reference }) => reference === orderId);
  const hasLeft = told.some(({ kind }) => kind === 'picked_up');
  const isIssued = tables.shelf.reservations.rows.get(orderId)?.status === 'issued';
  const isRecalled = Object.values(saga.steps).some(({ recall }) => recall !== undefined);
  if (hasLeft && !isIssued) say('its parcel left, but its goods are still there');
  if (isIssued && !hasLeft) say('its goods are booked out, but no parcel left');
  if (hasLeft && parcel?.fate === 'cancelled') say('its parcel left although it was recalled');
  if (hasLeft && saga.state === 'compensated') say('its parcel left');
  if (status === 'completed' && parcel?.end !== 'delivered') say('completed, but not delivered');
  if (parcel?.end === 'delivered' && !['completed', 'returned'].includes(status)) {
    say(`delivered, but the order is ${status}`);
  }
  if (parcel?.end === 'lost' && status !== 'returned' && reason?.code !== 'parcel-lost') {
    say('its parcel is lost, and nobody is told');
  }
  if (parcel?.end === 'lost') checkPaidBack(shop, order, say);
  if (parcel?.end !== undefined) world.met(`parcel ${parcel.end}`);
  if (isRecalled && hasLeft) world.met('recall came too late');
}

/** What is lost is paid back whole: by a refund of its own, or by returns that were asked for before. */
function checkPaidBack({ tables }: Shop, { orderId, items }: Order, say: Report): void {
  const all = [...tables.returns.returns.rows.values()].map(({ asked }) => asked);
  const standing = all.filter((one) => one.orderId === orderId && one.status !== 'rejected');
  const left = pieces(items) - pieces(standing.flatMap(({ items: lines }) => lines));
  if (left !== 0) say(`its parcel is lost, and ${left} of its pieces are not paid back`);
}

function checkMoney(shop: Shop, { state }: SagaInstance, order: Order, say: Report): void {
  const intents = shop.outside.provider.of(order.orderId);
  const sum = (of: (intent: (typeof intents)[number]) => number): number =>
    intents.reduce((total, intent) => total + of(intent), 0);
  const captured = sum((intent) => intent.captured);
  const refunded = sum((intent) => intent.refunded);
  const forReturns = sum(({ parts }) => [...parts.values()].reduce((all, part) => all + part, 0));
  const captures = sum((intent) => intent.captures);
  meet(shop, order, intents);
  if (captures > 1) say(`charged ${captures} times`);
  if (refunded > captured) say(`${refunded} refunded of ${captured} captured`);
  if (state === 'completed' && (captured !== order.totalAmount || refunded !== forReturns)) {
    say(`${captured} captured of ${order.totalAmount}, ${refunded} refunded`);
  }
  if (state === 'compensated' && captured !== refunded) {
    say(`${captured - refunded} of the customer's money was kept`);
  }
  const parcel = shop.outside.carrier.parcels.byOrder.get(order.orderId);
  if (parcel?.fate === 'handed-over' && refunded !== forReturns) {
    say('shipped and refunded');
  }
}

function meet(
  shop: Shop,
  { orderId, paymentMethod }: Order,
  intents: readonly Readonly<Intent>[],
): void {
  const { world, tables } = shop;
  const isCharged = intents.some(({ captures }) => captures > 0);
  const declined = intents.filter((intent) => intent.declined > 0).length;
  if (declined > 0 && isCharged) world.met('another card charged');
  if (declined > 1) world.met('another card declined');
  if (paymentMethod === 'credit_card') return;
  if (isCharged) world.met('paid by transfer');
  const isExpired = tables.payment.payments.rows.get(orderId)?.status === 'expired';
  if (isExpired) world.met('transfer not made in time');
}

function checkGoods(shop: Shop, { state }: SagaInstance, order: Order, say: Report): void {
  const { orderId, items } = order;
  const reservation = shop.tables.shelf.reservations.rows.get(orderId);
  const parcel = shop.outside.carrier.parcels.byOrder.get(orderId);
  const mails = [...shop.outside.mailbox.mails.keys()].filter(
    (messageId) => messageId === `<order-shipped.${orderId}@saga.example.com>`,
  );
  if (reservation && isActive(reservation)) {
    const { taken, returned, lines } = reservation;
    if (taken - returned !== pieces(lines)) say(`${taken - returned} pieces in ${pieces(lines)}`);
  }
  if (state === 'completed') {
    const ordered = pieces(items);
    if (reservation?.status !== 'issued') say(`its stock is ${reservation?.status}`);
    if (parcel?.fate !== 'handed-over') say(`its parcel is ${parcel?.fate ?? 'booked'}`);
    if (parcel?.pieces !== ordered) say(`a parcel of ${parcel?.pieces} pieces for ${ordered}`);
    const isReachable = shop.customers.planOfId.get(orderId)?.mailbox === 'known';
    if (isReachable && mails.length !== 1) say('no mail');
  }
  if (state === 'compensated') {
    if (isActive(reservation)) say('its stock is still put aside');
    if (parcel && parcel.fate !== 'cancelled') say(`its parcel is ${parcel.fate ?? 'booked'}`);
    if (mails.length > 0) say('a mail says that it is shipped');
  }
}
