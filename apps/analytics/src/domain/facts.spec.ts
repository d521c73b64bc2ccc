/** Promise attacked here: what cannot be counted is refused, before anything is counted by it. */
import { describe, expect, it } from '@jest/globals';
import { eventType } from '#contracts';
import { refund, settled, told } from '../fixtures/events.js';
import { FACT_KINDS, FACT_TYPES, factsOf } from './facts.js';

describe('a fact', () => {
  it('is read as far as figures follow from it', () => {
    const upper = told('payment.completed', { revision: 4, more: { fee: 30 } });
    const { orderId } = upper.data as { orderId: string };
    const shouted = { ...upper, data: { ...upper.data, orderId: orderId.toUpperCase() } };
    const { orders, zones } = factsOf([
      shouted,
      refund(5, 25, { revision: 6 }),
      settled('tea', 'Asia/Tokyo'),
      { ...upper, type: eventType('payment.instructed') },
    ]);
    expect(orders).toMatchObject([
      { orderId, kind: 'payment.completed', revision: 4, amount: 1_000, moved: 30, given: null },
      { kind: 'refund.completed', revision: 6, moved: 25, given: 5, feeReturned: 0 },
    ]);
    expect(zones).toMatchObject([
      { merchantId: 'tea', revision: 1, timeZone: 'Asia/Tokyo', at: Date.UTC(2026, 0, 1) },
    ]);
  });

  it.each([
    ['no revision', told('order.completed', { more: { revision: undefined } })],
    ['half a yen', told('payment.requested', { amount: 0.5 })],
    ['a zone that there is not', settled('tea', 'Mars/Base')],
    ['no moment', told('order.completed', { at: 'soon' })],
    ['a moment without its offset', told('order.completed', { at: '2026-11-26T12:00:00' })],
    ['a month that there is not', told('order.completed', { at: '2026-13-26T12:00:00Z' })],
    ['the stone age', told('order.completed', { at: '1969-12-31T23:59:59Z' })],
    ['the end of time', settled('tea', 'UTC', { at: '9999-12-31T00:00:00Z' })],
  ])('with %s is refused', (_, event) => {
    expect(() => factsOf([event])).toThrow();
  });

  it('of each kind has a number of its own', () => {
    const numbers = Object.values(FACT_KINDS);
    expect(new Set(numbers).size).toBe(numbers.length);
    const ofOrders = FACT_TYPES.filter((name) => !name.startsWith('merchant.'));
    expect(new Set(Object.keys(FACT_KINDS))).toEqual(new Set(ofOrders));
  });
});
