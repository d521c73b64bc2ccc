/** Promise attacked here: the look at an order's money, goods and mail tells of each thing that is wrong. */
import { describe } from '@jest/globals';
import type { Reservation } from '../../../apps/inventory/src/domain/reservation.js';
import type { Order } from '../../../apps/order/src/domain/order.js';
import type { BookedParcel } from '../outside/parcel-books.js';
import type { Intent } from '../outside/provider.js';
import { itTells } from './spec/cases.js';
import { ORDERS } from './spec/small-plan.js';
import {
  added,
  appended,
  changed,
  gone,
  lacking,
  type Change,
  type SmallWorld,
} from './spec/small-world.js';

const delivered = (w: SmallWorld, what: string) =>
  `place-order of ${w.orderId(ORDERS.delivered)}, completed: ${what}`;
const lost = (w: SmallWorld, what: string) =>
  `place-order of ${w.orderId(ORDERS.lost)}, completed: ${what}`;
const undone = (w: SmallWorld, what: string) =>
  `place-order of ${w.orderId(ORDERS.undeliverable)}, compensated: ${what}`;

const withOrder = (w: SmallWorld, no: number, fields: Partial<Order>): Change =>
  changed(w.tables.order.orders.rows, w.orderId(no), (row) => ({
    ...row,
    order: { ...row.order, ...fields },
  }));
const withStock = (w: SmallWorld, no: number, fields: Partial<Reservation>): Change =>
  changed(w.tables.shelf.reservations.rows, w.orderId(no), (row) => ({ ...row, ...fields }));
const withParcel = (w: SmallWorld, no: number, change: (one: BookedParcel) => BookedParcel) =>
  changed(w.outside.carrier.parcels.byOrder, w.orderId(no), change);
const withMoney = (w: SmallWorld, no: number, fields: Partial<Intent>): Change => {
  const { provider } = w.outside;
  const id = provider.of(w.orderId(no))[0]?.id;
  return changed(provider.intents, id, (intent) => ({ ...intent, ...fields }));
};
const mail = (w: SmallWorld, no: number): string =>
  `<order-shipped.${w.orderId(no)}@saga.example.com>`;
const fetched = (w: SmallWorld, no: number) => ({
  ...{ seq: 99, reference: w.orderId(no), kind: 'picked_up' as const, at: '2026-11-01T23:58:00Z' },
  ...{ shipmentId: 'sh_9', trackingNumber: 'TRACK-9' },
});

describe('the parcel of an order', () => {
  itTells({
    'that left without its goods': (w) => [
      delivered(w, 'its parcel left, but its goods are still there'),
      withStock(w, ORDERS.delivered, { status: 'secured' }),
    ],
    'that never left with its goods': (w) => [
      undone(w, 'its goods are booked out, but no parcel left'),
      withStock(w, ORDERS.undeliverable, { status: 'issued' }),
    ],
    'that left although it was called back': (w) => [
      delivered(w, 'its parcel left although it was recalled'),
      withParcel(w, ORDERS.delivered, (one) => ({ ...one, fate: 'cancelled' })),
    ],
    'that left although all was undone': (w) => [
      undone(w, 'its parcel left'),
      appended(w.outside.carrier.parcels.feed, fetched(w, ORDERS.undeliverable)),
    ],
    'that is said to have arrived': (w) => [
      delivered(w, 'completed, but not delivered'),
      withParcel(w, ORDERS.delivered, (one) => lacking(one, 'end')),
    ],
    'that has arrived, which nobody knows': (w) => [
      delivered(w, 'delivered, but the order is shipped'),
      withOrder(w, ORDERS.delivered, { status: 'shipped' }),
    ],
    'that is lost, which nobody knows': (w) => [
      lost(w, 'its parcel is lost, and nobody is told'),
      withOrder(w, ORDERS.lost, { status: 'shipped', reason: { code: 'other', message: 'm' } }),
    ],
    'that is lost, and not paid back': (w) => [
      lost(w, 'its parcel is lost, and 2 of its pieces are not paid back'),
      changed(w.tables.returns.returns.rows, w.returnId(ORDERS.lost), (row) => ({
        ...row,
        asked: { ...row.asked, status: 'rejected' as const },
      })),
    ],
  });
});

describe('the money of an order', () => {
  itTells({
    'that was taken twice': (w) => [
      delivered(w, 'charged 2 times'),
      withMoney(w, ORDERS.delivered, { captures: 2 }),
    ],
    'of which more was given back than was taken': (w) => [
      delivered(w, '300 refunded of 200 captured'),
      withMoney(w, ORDERS.delivered, { refunded: 300 }),
    ],
    'that is too little': (w) => [
      delivered(w, '100 captured of 200, 0 refunded'),
      withMoney(w, ORDERS.delivered, { captured: 100 }),
    ],
    'that was given back for nothing': (w) => [
      delivered(w, '200 captured of 200, 5 refunded'),
      withMoney(w, ORDERS.delivered, { refunded: 5 }),
    ],
    'that was kept': (w) => [
      undone(w, "200 of the customer's money was kept"),
      withMoney(w, ORDERS.undeliverable, { refunded: 0 }),
    ],
    'that was given back with the goods on their way': (w) => [
      delivered(w, 'shipped and refunded'),
      withMoney(w, ORDERS.delivered, { refunded: 200 }),
    ],
  });
});

describe('an order that is completed', () => {
  itTells({
    'by another status': (w) => [
      delivered(w, 'the order is cancelled'),
      withOrder(w, ORDERS.delivered, { status: 'cancelled' }),
    ],
    'with more put aside than it has': (w) => [
      delivered(w, '3 pieces in 2'),
      withStock(w, ORDERS.delivered, { status: 'held', taken: 3 }),
    ],
    'with its goods given back': (w) => [
      delivered(w, 'its stock is released'),
      withStock(w, ORDERS.delivered, { status: 'released' }),
    ],
    'with its parcel called back': (w) => [
      delivered(w, 'its parcel is cancelled'),
      withParcel(w, ORDERS.delivered, (one) => ({ ...one, fate: 'cancelled' })),
    ],
    'with its parcel only booked': (w) => [
      delivered(w, 'its parcel is booked'),
      withParcel(w, ORDERS.delivered, (one) => lacking(one, 'fate')),
    ],
    'with too little in its parcel': (w) => [
      delivered(w, 'a parcel of 1 pieces for 2'),
      withParcel(w, ORDERS.delivered, (one) => ({ ...one, pieces: 1 })),
    ],
    'and nobody is told': (w) => [
      delivered(w, 'no mail'),
      gone(w.outside.mailbox.mails, mail(w, ORDERS.delivered)),
    ],
  });
});

describe('an order that is undone', () => {
  itTells({
    'by another status': (w) => [
      undone(w, 'the order is shipped'),
      withOrder(w, ORDERS.undeliverable, { status: 'shipped' }),
    ],
    'with its goods put aside': (w) => [
      undone(w, 'its stock is still put aside'),
      withStock(w, ORDERS.undeliverable, { status: 'secured' }),
    ],
    'with its parcel on its way': (w) => [
      undone(w, 'its parcel is handed-over'),
      added(w.outside.carrier.parcels.byOrder, w.orderId(ORDERS.undeliverable), {
        ...{ no: 9, orderId: w.orderId(ORDERS.undeliverable), pieces: 2, isVanCalled: true },
        fate: 'handed-over',
      }),
    ],
    'and told otherwise': (w) => [
      undone(w, 'a mail says that it is shipped'),
      added(w.outside.mailbox.mails, mail(w, ORDERS.undeliverable), {
        ...{ orderId: w.orderId(ORDERS.undeliverable), copies: 1 },
      }),
    ],
  });
});
