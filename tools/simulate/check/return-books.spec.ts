/** Promise attacked here: the look at what comes back tells of each thing that is wrong. */
import { describe } from '@jest/globals';
import type { Reservation } from '../../../apps/inventory/src/domain/reservation.js';
import type { OrderReturn } from '../../../apps/order/src/domain/order-return.js';
import { itTells } from './spec/cases.js';
import { ORDERS } from './spec/small-plan.js';
import { added, changed, gone, type Change, type SmallWorld } from './spec/small-world.js';

const lost = (w: SmallWorld): string => w.returnId(ORDERS.lost);
const back = (w: SmallWorld): string => w.returnId(ORDERS.sentBack);
const inVain = (w: SmallWorld): string => w.returnId(ORDERS.sentBackInVain);
const ofLost = (w: SmallWorld, what: string) =>
  `refund-lost-parcel of ${lost(w)}, completed: ${what}`;
const ofBack = (w: SmallWorld, what: string) => `return-order of ${back(w)}, completed: ${what}`;
const ofInVain = (w: SmallWorld, what: string) =>
  `return-order of ${inVain(w)}, compensated: ${what}`;

const status = (w: SmallWorld, returnId: string, is: OrderReturn['status']): Change =>
  changed(w.tables.returns.returns.rows, returnId, (row) => ({
    ...row,
    asked: { ...row.asked, status: is },
  }));
const reservation = (w: SmallWorld, order: number, fields: Partial<Reservation>): Change =>
  changed(w.tables.shelf.reservations.rows, w.orderId(order), (row) => ({ ...row, ...fields }));
/** So much was given back for a return, from what an order had paid. */
const refund = (w: SmallWorld, order: number, returnId: string, amount: number): Change => {
  const { provider } = w.outside;
  return changed(provider.intents, provider.of(w.orderId(order))[0]?.id, (intent) => ({
    ...intent,
    parts: new Map([...intent.parts, [returnId, amount]]),
  }));
};
const parcel = (w: SmallWorld, returnId: string, fields: { isLost?: boolean; pieces?: number }) =>
  changed(w.outside.carrier.returns, returnId, (booked) => ({ ...booked, ...fields }));
const mail = (kind: string, returnId: string): string => `<${kind}.${returnId}@saga.example.com>`;

describe('a refund for a lost parcel', () => {
  itTells({
    'that has arrived': (w) => [
      ofLost(w, 'paid back, but not lost'),
      changed(w.outside.carrier.parcels.byOrder, w.orderId(ORDERS.lost), (one) => ({
        ...one,
        end: 'delivered' as const,
      })),
    ],
    'that was made twice': (w) => [
      ofLost(w, 'refunded 2 times'),
      refund(w, ORDERS.delivered, lost(w), 1),
    ],
    'whose goods are on the shelf': (w) => [
      ofLost(w, 'what is lost is on the shelf'),
      reservation(w, ORDERS.lost, { restocked: [lost(w)] }),
    ],
    'by another status': (w) => [
      ofLost(w, 'the refund is rejected'),
      status(w, lost(w), 'rejected'),
    ],
    'of another sum': (w) => [ofLost(w, '1 refunded of 400'), refund(w, ORDERS.lost, lost(w), 1)],
    'that nobody is told of': (w) => [
      ofLost(w, 'no mail'),
      gone(w.outside.mailbox.mails, mail('parcel-lost', lost(w))),
    ],
  });
});

describe('a return', () => {
  itTells({
    'that is on the shelf twice': (w) => [
      ofBack(w, 'restocked 2 times'),
      reservation(w, ORDERS.sentBack, { restocked: [back(w), back(w)] }),
    ],
    'that was paid back twice': (w) => [
      ofBack(w, 'refunded 2 times'),
      refund(w, ORDERS.delivered, back(w), 1),
    ],
    'that was paid back and never came': (w) => [
      ofInVain(w, 'paid back for nothing'),
      refund(w, ORDERS.sentBackInVain, inVain(w), 1),
    ],
    'that is on the shelf and never came': (w) => [
      ofInVain(w, 'paid back for nothing'),
      reservation(w, ORDERS.sentBackInVain, { restocked: [inVain(w)] }),
    ],
  });
});

describe('a return that is over', () => {
  itTells({
    'completed, by another status': (w) => [
      ofBack(w, 'the return is rejected'),
      status(w, back(w), 'rejected'),
    ],
    'completed, with too little in its parcel': (w) => [
      ofBack(w, '1 pieces came of 2'),
      parcel(w, back(w), { pieces: 1 }),
    ],
    'completed, but for the shelf': (w) => [
      ofBack(w, 'its goods are not on the shelf'),
      reservation(w, ORDERS.sentBack, { restocked: [] }),
    ],
    'completed, with another sum paid back': (w) => [
      ofBack(w, '1 refunded of 600'),
      refund(w, ORDERS.sentBack, back(w), 1),
    ],
    'completed, and nobody is told': (w) => [
      ofBack(w, 'no mail'),
      gone(w.outside.mailbox.mails, mail('return-refunded', back(w))),
    ],
    'compensated, by another status': (w) => [
      ofInVain(w, 'the return is completed'),
      status(w, inVain(w), 'completed'),
    ],
    'compensated, and its goods are here': (w) => [
      ofInVain(w, 'its goods have arrived'),
      parcel(w, inVain(w), { isLost: false }),
    ],
    'compensated, and told otherwise': (w) => [
      ofInVain(w, 'a mail says that it is refunded'),
      added(w.outside.mailbox.mails, mail('return-refunded', inVain(w)), {
        ...{ orderId: w.orderId(ORDERS.sentBackInVain), copies: 1 },
      }),
    ],
  });
});
