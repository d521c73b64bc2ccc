import { describe, expect, it } from '@jest/globals';
import { NotNowError } from '#participant';
import { OutboundError } from '#platform';
import { newShipment, type Shipment } from '../domain/shipment.js';
import { HttpCarrier } from '../provider/http-carrier.js';
import { book } from './shipping.workers.js';

const shipment: Shipment = newShipment(
  {
    orderId: '019aa0c5-7d5c-7000-8000-000000000001',
    merchantId: 'm-1',
    items: [{ productId: '85123A', quantity: 6 }],
    shippingAddress: { prefecture: 'Kent', city: 'Dover', line1: 'Quay 1', postalCode: 'CT16' },
  },
  'saga-1',
  'waiting',
);
const one = { shipmentId: 's-1', trackingNumber: 't-1' };
const created = { kind: 'created', ...one };

type Step = { readonly status: number; readonly body?: unknown } | Error;

/** A carrier that answers as told, and what it was asked. */
const scripted = (...steps: Step[]) => {
  const asked: string[] = [];
  const carrier = new HttpCarrier({
    request: ({ method }) => {
      asked.push(method);
      const step = steps.shift() ?? new Error('asked too often');
      if (step instanceof Error) return Promise.reject(step);
      return Promise.resolve({ status: step.status, body: step.body });
    },
  });
  return { carrier, asked };
};

describe('booking a shipment', () => {
  it('is one call when nothing goes wrong', async () => {
    const { carrier, asked } = scripted({ status: 201, body: one });
    expect(await book(carrier, shipment, { attempt: 1 })).toEqual(created);
    expect(asked).toEqual(['POST']);
  });

  it('looks for the parcel before it books again', async () => {
    const { carrier, asked } = scripted({ status: 200, body: { items: [one] } });
    expect(await book(carrier, shipment, { attempt: 2 })).toEqual(created);
    expect(asked).toEqual(['GET']);
    const none = scripted({ status: 200, body: { items: [] } }, { status: 201, body: one });
    expect(await book(none.carrier, shipment, { attempt: 2 })).toEqual(created);
  });

  it('takes the parcel that exists when the carrier has forgotten the key', async () => {
    const body = { code: 'reference_taken', shipment: one };
    const { carrier } = scripted({ status: 409, body });
    expect(await book(carrier, shipment, { attempt: 1 })).toEqual(created);
  });

  it.each([
    ['refuses what is undeliverable', 422, { code: 'undeliverable' }, 'refused', 'undeliverable'],
    ['fails what the carrier does not understand', 400, { code: 'odd' }, 'failed', 'odd'],
    ['fails on an answer without a code', 404, undefined, 'failed', 'http_404'],
  ])('%s', async (_, status, body, kind, code) => {
    const { carrier } = scripted({ status, body });
    expect(await book(carrier, shipment, { attempt: 1 })).toEqual({ kind, code });
  });

  it.each([
    ['an answer nobody understands', { status: 201, body: { odd: 1 } }],
    ['a conflict without a parcel', { status: 409, body: { code: 'busy' } }],
    ['a lost answer', new OutboundError('carrier', 'timeout', '')],
  ])('tries again after %s', async (_, step) => {
    const { carrier } = scripted(step);
    await expect(book(carrier, shipment, { attempt: 1 })).rejects.toBeInstanceOf(OutboundError);
  });

  it('burns no try while the breaker is open', async () => {
    const { carrier } = scripted(new OutboundError('carrier', 'breaker-open', '', 500));
    await expect(book(carrier, shipment, { attempt: 1 })).rejects.toBeInstanceOf(NotNowError);
  });

  it('leaves alone what is decided or gone', async () => {
    const { carrier, asked } = scripted();
    const decided: Shipment = { ...shipment, status: 'refused' };
    expect(await book(carrier, decided, { attempt: 1 })).toEqual({ kind: 'unchanged' });
    expect(await book(carrier, undefined, { attempt: 1 })).toEqual({ kind: 'unchanged' });
    expect(asked).toEqual([]);
  });
});
