/** What is promised of goods that were sent back: here once, on the shelf once, paid back once. */
import type { SagaInstance } from '#saga';
import type { OrderReturn } from '../../../apps/order/src/domain/order-return.js';
import { pieces } from '../../../apps/inventory/src/domain/lines.js';
import type { Shop } from '../shop/shop.js';
import type { Report } from './report.js';

/** What is promised of a refund for what never came: paid back once, and nothing on the shelf. */
export function checkLostParcel(
  shop: Shop,
  saga: SagaInstance,
  asked: OrderReturn,
  say: Report,
): void {
  const { returnId, orderId, refundAmount, status } = asked;
  const { provider, carrier, mailbox } = shop.outside;
  const refunds = [...provider.intents.values()].flatMap(({ parts }) => parts.get(returnId) ?? []);
  const restocked = shop.tables.shelf.reservations.rows.get(orderId)?.restocked ?? [];
  const isReachable = shop.customers.planOfId.get(orderId)?.mailbox === 'known';
  if (carrier.parcels.byOrder.get(orderId)?.end !== 'lost') say('paid back, but not lost');
  if (refunds.length > 1) say(`refunded ${refunds.length} times`);
  if (restocked.includes(returnId)) say('what is lost is on the shelf');
  if (saga.state !== 'completed') return;
  shop.world.met('lost parcel paid back');
  if (status !== 'completed') say(`the refund is ${status}`);
  if (refunds[0] !== refundAmount) say(`${refunds[0]} refunded of ${refundAmount}`);
  const hasMail = mailbox.mails.has(`<parcel-lost.${returnId}@saga.example.com>`);
  if (isReachable && !hasMail) say('no mail');
}

export function checkReturn(shop: Shop, saga: SagaInstance, asked: OrderReturn, say: Report): void {
  const { returnId, orderId, items, refundAmount, status } = asked;
  const { provider, carrier, mailbox } = shop.outside;
  const refunds = [...provider.intents.values()].flatMap(({ parts }) => parts.get(returnId) ?? []);
  const parcel = carrier.returns.get(returnId);
  const restocked = shop.tables.shelf.reservations.rows.get(orderId)?.restocked ?? [];
  const timesRestocked = restocked.filter((id) => id === returnId).length;
  const hasMail = mailbox.mails.has(`<return-refunded.${returnId}@saga.example.com>`);
  const isReachable = shop.customers.planOfId.get(orderId)?.mailbox === 'known';

  meet(shop, asked, parcel?.isLost);
  if (saga.cause?.code === 'cancelled-by-customer') shop.world.met('return cancelled');
  if (timesRestocked > 1) say(`restocked ${timesRestocked} times`);
  if (refunds.length > 1) say(`refunded ${refunds.length} times`);
  const hasArrived = parcel !== undefined && !parcel.isLost;
  if (!hasArrived && (refunds.length > 0 || timesRestocked > 0)) say('paid back for nothing');
  if (saga.state === 'completed') {
    if (status !== 'completed') say(`the return is ${status}`);
    if (parcel?.pieces !== pieces(items)) say(`${parcel?.pieces} pieces came of ${pieces(items)}`);
    if (timesRestocked === 0) say('its goods are not on the shelf');
    if (refunds[0] !== refundAmount) say(`${refunds[0]} refunded of ${refundAmount}`);
    if (isReachable && !hasMail) say('no mail');
  }
  if (saga.state === 'compensated') {
    if (status !== 'rejected') say(`the return is ${status}`);
    if (hasArrived) say('its goods have arrived');
    if (hasMail) say('a mail says that it is refunded');
  }
}

function meet({ world, outside, tables }: Shop, asked: OrderReturn, isLost?: boolean): void {
  const { orderId, refundAmount } = asked;
  if (isLost === true) world.met('goods lost on their way back');
  if (isLost !== false) return;
  const order = tables.order.orders.rows.get(orderId)?.order;
  if (refundAmount < (order?.totalAmount ?? 0)) world.met('goods came back in part');
  const parcels = [...outside.carrier.returns.values()].filter((one) => one.orderId === orderId);
  if (parcels.length > 1) world.met('goods came back in two parcels');
}
