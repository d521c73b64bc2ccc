import { describe, expect, it } from '@jest/globals';
import { alsoWaiting, newShipment, settle, type ShipRequest } from './shipment.js';

const request: ShipRequest = {
  orderId: '019AA0C5-7d5c-7000-8000-000000000001',
  merchantId: 'm-1',
  items: [{ productId: '85123A', quantity: 6 }],
  shippingAddress: { prefecture: 'Kent', city: 'Dover', line1: 'Quay 1', postalCode: 'CT16' },
};
const created = { kind: 'created', shipmentId: 's-1', trackingNumber: 't-1' } as const;

describe('a shipment', () => {
  it('is asked for once; another command waits with the first', () => {
    const shipment = alsoWaiting(newShipment(request, 'saga-1', 'a'), 'b');
    expect(shipment).toMatchObject({ status: 'requested', revision: 2, shipTo: ['a', 'b'] });
    expect(shipment.orderId).toBe(request.orderId.toLowerCase());
  });

  it('is asked for anew when a person sends the command again after a failure, and only then', () => {
    const failed = settle(newShipment(request, 'saga-1', 'a'), {
      kind: 'failed',
      code: 'http_401',
    });
    expect(alsoWaiting(failed, 'b')).toMatchObject({ status: 'requested', problemCode: null });
    const done = settle(newShipment(request, 'saga-1', 'a'), created);
    expect(alsoWaiting(done, 'b')).toBe(done);
  });

  it('takes the carrier’s decision, and keeps the first one', () => {
    const shipment = settle(newShipment(request, 'saga-1', 'a'), created);
    expect(shipment).toMatchObject({ status: 'created', shipmentId: 's-1', revision: 2 });
    expect(settle(shipment, { kind: 'refused', code: 'late' })).toBe(shipment);
  });

  it('keeps why it was refused or failed', () => {
    const shipment = newShipment(request, 'saga-1', 'a');
    expect(settle(shipment, { kind: 'unchanged' })).toBe(shipment);
    expect(settle(shipment, { kind: 'refused', code: 'undeliverable' })).toMatchObject({
      status: 'refused',
      problemCode: 'undeliverable',
    });
    expect(settle(shipment, { kind: 'failed', code: 'http_400' }).status).toBe('failed');
  });
});
