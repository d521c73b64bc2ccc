import { describe, expect, it } from '@jest/globals';
import {
  alsoAwaiting,
  newReturnParcel,
  pollPauseMs,
  settleReturn,
  type ReceiveRequest,
} from './return-parcel.js';

const request: ReceiveRequest = {
  returnId: '019AA0C5-7d5c-7000-8000-00000000000a',
  orderId: '019AA0C5-7d5c-7000-8000-000000000001',
  items: [{ productId: '85123A', quantity: 2 }],
  shippingAddress: { prefecture: 'Kent', city: 'Dover', line1: 'Quay 1', postalCode: 'CT16' },
};
const received = { kind: 'received', trackingNumber: 't-1' } as const;

describe('a parcel that brings goods back', () => {
  it('is awaited once; another command waits with the first', () => {
    const parcel = alsoAwaiting(newReturnParcel(request, 'a'), 'b');
    expect(parcel).toMatchObject({ status: 'awaited', revision: 2, receiveTo: ['a', 'b'] });
    expect(parcel.returnId).toBe(request.returnId.toLowerCase());
  });

  it('is awaited anew when a person sends the command again after a failure, and only then', () => {
    const parcel = newReturnParcel(request, 'a');
    const failed = settleReturn(parcel, { kind: 'failed', code: 'http_401' });
    expect(failed).toMatchObject({ status: 'failed', problemCode: 'http_401' });
    expect(alsoAwaiting(failed, 'b')).toMatchObject({ status: 'awaited', problemCode: null });
    const here = settleReturn(parcel, received);
    expect(alsoAwaiting(here, 'b')).toBe(here);
  });

  it('takes the first decision of the carrier, and keeps it', () => {
    const here = settleReturn(newReturnParcel(request, 'a'), received);
    expect(here).toMatchObject({ status: 'received', trackingNumber: 't-1', revision: 2 });
    expect(settleReturn(here, { kind: 'lost', code: 'lost' })).toBe(here);
    expect(settleReturn(here, { kind: 'unchanged' })).toBe(here);
  });

  it('is asked about less often the longer it takes', () => {
    const pauses = { leastMs: 100, mostMs: 1_000 };
    expect([0, 600, 9_000].map((ms) => pollPauseMs(pauses, ms))).toEqual([100, 300, 1_000]);
  });
});
