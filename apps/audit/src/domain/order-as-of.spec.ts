/** Promise attacked here: the state is that of the facts, in whatever order they come. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventType } from '#contracts';
import { orderAsOf } from './order-as-of.js';
import type { KnownFact } from './known-facts.js';

const orderId = '0198f7a6-0b54-7c43-9d1e-3f3c2a1b4c5d';
const why = { code: 'x', message: 'y' };
const timeAt = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

const common = { orderId, merchantId: 'm', customerId: 'c', channel: 'web', currency: 'GBP' };
function fact(name: string, minute: number, revision: number, more: object): KnownFact {
  const time = timeAt(minute);
  const aggregateType = /^(order|shipment)/.exec(name)?.[0] ?? 'payment';
  const data = { ...common, revision, occurredAt: time, ...more };
  return { id: `${name}@${revision}`, type: eventType(name), aggregateType, revision, time, data };
}
const order = (name: string, minute: number, revision: number, status: string, more = {}) =>
  fact(name, minute, revision, { status, totalAmount: 2500, ...more });
const payment = (name: string, minute: number, revision: number, more = {}) =>
  fact(name, minute, revision, { method: 'credit_card', amount: 2500, ...more });

const items = [{ productId: 'mug', quantity: 2, unitPrice: 1250 }];
const shippingAddress = { prefecture: 'P', city: 'C', line1: 'L', postalCode: '1' };
const parcel = { shipmentId: 's', trackingNumber: 'T1' };
const story: readonly KnownFact[] = [
  order('order.created', 0, 1, 'pending', { items, shippingAddress }),
  payment('payment.requested', 1, 1),
  payment('payment.failed', 2, 2, { reason: why, outcome: 'declined' }),
  payment('payment.completed', 3, 4, { fee: 73, feeRateId: 'r' }),
  fact('shipment.created', 4, 1, parcel),
  order('order.confirmed', 5, 2, 'confirmed'),
  fact('shipment.handed-over', 6, 2, parcel),
  order('order.shipped', 7, 3, 'shipped', { trackingNumber: 'T1' }),
  fact('shipment.delivered', 8, 3, parcel),
  order('order.completed', 9, 4, 'completed'),
  payment('refund.completed', 10, 5, { refunded: 1000, given: 1000 }),
  payment('chargeback.opened', 11, 6, { chargebackId: 'cb', disputed: 500, reason: why }),
  payment('chargeback.won', 12, 7, { chargebackId: 'cb', disputed: 500 }),
  payment('chargeback.opened', 13, 8, { chargebackId: 'cb2', disputed: 300, reason: why }),
  payment('refund.completed', 14, 9, { refunded: 2500, given: 1500, feeReturned: 73 }),
  order('order.returned', 15, 5, 'returned'),
];
const asOf = (minute: number) => orderAsOf(story.filter(({ time }) => time <= timeAt(minute)));

describe('an order as of a moment', () => {
  it('is nothing before its first fact', () => {
    expect(orderAsOf([])).toEqual({ history: [] });
  });

  it('follows its order, payment and parcel', () => {
    expect(asOf(0)).toEqual({
      order: {
        ...{ status: 'pending', revision: 1, time: timeAt(0), totalAmount: 2500, currency: 'GBP' },
        ...{ customerId: 'c', merchantId: 'm', channel: 'web', items, shippingAddress },
      },
      history: [
        {
          ...{ id: 'order.created@1', time: timeAt(0), name: 'order.created' },
          ...{ about: 'order', revision: 1, understood: true },
        },
      ],
    });
    expect(asOf(2).payment).toMatchObject({ status: 'failed', reason: why, captured: 0 });
    expect(asOf(3).payment).toEqual({
      ...{ status: 'completed', revision: 4, time: timeAt(3), method: 'credit_card' },
      ...{ currency: 'GBP', amount: 2500, captured: 2500, refunded: 0, chargedBack: 0 },
      ...{ fee: 73, feeReturned: 0, chargebacks: [] },
    });
    expect(asOf(7)).toMatchObject({
      order: { status: 'shipped', trackingNumber: 'T1', items },
      shipment: { status: 'handed-over', trackingNumber: 'T1', revision: 2 },
    });
    expect(asOf(10).payment).toMatchObject({ status: 'partly-refunded', refunded: 1000 });
    expect(asOf(11).payment).toMatchObject({ chargedBack: 500 });
    expect(asOf(12).payment).toMatchObject({ chargedBack: 0, chargebacks: [{ status: 'won' }] });
    expect(asOf(15)).toMatchObject({
      order: { status: 'returned', revision: 5, time: timeAt(15) },
      payment: { status: 'refunded', refunded: 2500, feeReturned: 73, chargedBack: 300 },
      shipment: { status: 'delivered' },
    });
    expect(asOf(15).history).toHaveLength(16);
  });

  it('says why it was cancelled, and what became of its label', () => {
    const told = orderAsOf([
      order('order.cancelled', 1, 2, 'cancelled', { reason: why }),
      fact('shipment.created', 0, 1, parcel),
      fact('shipment.cancelled', 1, 2, { reason: why }),
    ]);
    expect(told.order).toMatchObject({ status: 'cancelled', reason: why });
    expect(told.order).not.toHaveProperty('items');
    expect(told.shipment).toMatchObject({ status: 'cancelled', reason: why, trackingNumber: 'T1' });
  });

  it('tells of facts that it does not understand, and leaves them out of the state', () => {
    const odd = [
      { ...order('order.shipped', 2, 3, 'shipped'), data: 'x' },
      order('order.teleported', 3, 4, 'gone'),
    ];
    const told = orderAsOf([story[0] as KnownFact, ...odd]);
    expect(told.order).toMatchObject({ status: 'pending' });
    expect(told.history.map(({ understood }) => understood)).toEqual([true, false, false]);
  });

  it('does not depend on the order in which its facts come', () => {
    const moment = fc.integer({ min: 0, max: 15 });
    const shuffled = fc.shuffledSubarray([...story], { minLength: story.length });
    fc.assert(
      fc.property(moment, shuffled, (minute, facts) => {
        const { history: _, ...told } = orderAsOf(
          facts.filter(({ time }) => time <= timeAt(minute)),
        );
        const { history: __, ...expected } = asOf(minute);
        expect(told).toEqual(expected);
      }),
    );
  });
});
