import { describe, expect, it } from '@jest/globals';
import type { OrderStatus } from '#contracts';
import { followParcel, type ParcelFact } from './follow-parcel.js';
import type { OrderState } from './settle.js';

const orderId = '0190a000-0000-7000-8000-000000000001';
const order = (status: OrderStatus, change: Partial<OrderState> = {}): OrderState => ({
  ...{ orderId, status, revision: 2 },
  ...change,
});
const fact = (kind: ParcelFact['kind']): ParcelFact => ({ kind, orderId, trackingNumber: 'T-1' });
const statuses = (before: OrderState, kind: ParcelFact['kind']) =>
  followParcel(before, fact(kind)).map(({ status, revision }) => `${status} ${revision}`);

describe('an order follows its parcel', () => {
  it.each<[OrderStatus, ParcelFact['kind'], string[]]>([
    ['confirmed', 'handed-over', ['shipped 3']],
    ['shipped', 'delivered', ['completed 3']],
    // what is implied is a change of its own, so that whoever reads facts misses none
    ['pending', 'handed-over', ['confirmed 3', 'shipped 4']],
    ['confirmed', 'delivered', ['shipped 3', 'completed 4']],
    ['pending', 'delivered', ['confirmed 3', 'shipped 4', 'completed 5']],
    // again, or late
    ['shipped', 'handed-over', []],
    ['completed', 'handed-over', []],
    ['completed', 'delivered', []],
    ['completed', 'lost', []],
    ['returned', 'delivered', []],
  ])('%s, %s', (before, kind, after) => {
    expect(statuses(order(before), kind)).toEqual(after);
  });

  it('keeps its number', () => {
    expect(followParcel(order('confirmed'), fact('handed-over'))).toEqual([
      { orderId, status: 'shipped', revision: 3, trackingNumber: 'T-1' },
    ]);
  });

  it('says when it is lost, once', () => {
    const [lost] = followParcel(order('shipped'), fact('lost'));
    expect(lost).toMatchObject({ status: 'shipped', revision: 3, reason: { code: 'parcel-lost' } });
    expect(followParcel(lost, fact('lost'))).toEqual([]);
    expect(statuses(order('confirmed'), 'lost')).toEqual(['shipped 3', 'shipped 4']);
  });

  it('is completed after all when a lost parcel turns up', () => {
    const lost = order('shipped', { reason: { code: 'parcel-lost', message: '' } });
    const [found] = followParcel(lost, fact('delivered'));
    expect(found).toEqual({ orderId, status: 'completed', revision: 3, trackingNumber: 'T-1' });
  });

  it.each([
    ['unknown', undefined],
    ['cancelled', order('cancelled')],
  ])('throws for the parcel of an order that is %s', (_, before) => {
    expect(() => followParcel(before, fact('handed-over'))).toThrow(orderId);
  });
});
