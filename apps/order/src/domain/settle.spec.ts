import { describe, expect, it } from '@jest/globals';
import type { OrderStatus } from '#contracts';
import { isOvertaken, settle, type OrderState, type Settlement } from './settle.js';

const orderId = '0190a000-0000-7000-8000-000000000001';
const reason = { code: 'generic_decline', message: 'no' };
const order = (status: OrderStatus, revision = 1): OrderState => ({ orderId, status, revision });
const confirm: Settlement = { kind: 'confirm', orderId, trackingNumber: 'T1' };
const cancel: Settlement = { kind: 'cancel', orderId, reason };

describe('settling an order', () => {
  it('confirms a pending order, with the tracking number', () => {
    expect(settle(order('pending', 4), confirm)).toEqual({
      orderId,
      status: 'confirmed',
      revision: 5,
      trackingNumber: 'T1',
    });
    expect(settle(order('pending'), { kind: 'confirm', orderId })).toEqual({
      orderId,
      status: 'confirmed',
      revision: 2,
    });
  });

  it('cancels a pending order, with the reason', () => {
    expect(settle(order('pending'), cancel)).toEqual({
      orderId,
      status: 'cancelled',
      revision: 2,
      reason,
    });
  });

  it('cancels a confirmed order, whose parcel was called back', () => {
    expect(settle(order('confirmed', 2), cancel)).toMatchObject({
      ...{ status: 'cancelled', revision: 3, reason },
    });
  });

  it('leaves an order alone that is already there, or further', () => {
    for (const status of ['confirmed', 'shipped', 'completed', 'returned'] as const) {
      const before = order(status);
      expect(settle(before, confirm)).toBe(before);
    }
    const cancelled = order('cancelled');
    expect(settle(cancelled, cancel)).toBe(cancelled);
  });

  it('leaves a cancelled order cancelled that is confirmed too late', () => {
    const cancelled = order('cancelled');
    expect(settle(cancelled, confirm)).toBe(cancelled);
    expect(isOvertaken(cancelled, confirm)).toBe(true);
    const others = [
      isOvertaken(cancelled, cancel),
      isOvertaken(order('pending'), confirm),
      isOvertaken(undefined, confirm),
    ];
    expect(others).toEqual([false, false, false]);
  });

  it('has nothing to cancel for an unknown order', () => {
    expect(settle(undefined, cancel)).toBeUndefined();
  });

  it.each([
    ['confirm an unknown order', undefined, confirm],
    ['cancel a shipped order', order('shipped'), cancel],
    ['cancel a completed order', order('completed'), cancel],
    ['cancel a returned order', order('returned'), cancel],
  ])('throws when told to %s', (_, before, settlement) => {
    expect(() => settle(before, settlement)).toThrow(orderId);
  });
});
