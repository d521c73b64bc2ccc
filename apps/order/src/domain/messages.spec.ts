import { describe, expect, it } from '@jest/globals';
import {
  eventType,
  orderCancelled,
  orderCompleted,
  orderConfirmed,
  orderCreated,
  orderReturned,
  orderShipped,
  placeOrderInput,
  sagaCancel,
  sagaStart,
} from '#contracts';
import { createdFact, returnCancelOf, sagaCancelOf, sagaStartOf, settledFact } from './messages.js';
import { newOrder } from './order.js';

const at = new Date('2026-11-21T10:00:00.000Z');
const orderId = '0190a000-0000-7000-8000-000000000001';
const input = placeOrderInput.parse({
  orderId,
  customerId: 'c',
  merchantId: 'm',
  channel: 'web',
  currency: 'JPY',
  items: [{ productId: 'p', quantity: 2, unitPrice: 50 }],
  totalAmount: 100,
  shippingAddress: { prefecture: 'Tokyo', city: 'Chiyoda', line1: '1-1', postalCode: '100-0005' },
  email: 'a@b.c',
  payment: { method: 'credit_card', sealedToken: 'v1.x.y' },
});
const order = newOrder(input, at);

describe('messages of the order service', () => {
  it('starts the saga, keyed by the order', () => {
    const event = sagaStartOf(input, at);
    expect(event).toMatchObject({
      topic: 'saga.inbox',
      key: orderId,
      subject: orderId,
      type: 'com.example.saga.start',
      time: at.toISOString(),
    });
    expect(sagaStart.parse(event.data)).toEqual({
      definition: 'place-order',
      businessKey: orderId,
      input,
    });
    expect(sagaStartOf(input, new Date()).id).toBe(event.id);
  });

  it.each([
    ['an order', 'place-order', sagaCancelOf],
    ['a return', 'return-order', returnCancelOf],
  ])('passes the wish to cancel %s on to its saga, keyed by it', (_, definition, cancelOf) => {
    const reason = { code: 'cancelled-by-customer', message: 'twice' };
    const event = cancelOf(orderId, reason, at);
    expect(event).toMatchObject({ topic: 'saga.inbox', key: orderId });
    expect(event.type).toBe('com.example.saga.cancel');
    const businessKey = orderId;
    expect(sagaCancel.parse(event.data)).toEqual({ definition, businessKey, reason });
    expect(cancelOf(orderId, reason, new Date()).id).toBe(event.id);
  });

  it('publishes facts that fit their contracts, without the card token', () => {
    const created = createdFact(order);
    expect(created).toMatchObject({ topic: 'order.events', key: orderId });
    expect(orderCreated.data.parse(created.data)).toEqual(created.data);
    expect(created.type).toBe('com.example.order.created');
    expect(JSON.stringify(created)).not.toContain('v1.x.y');

    const confirmed = settledFact({ ...order, status: 'confirmed', revision: 2 }, at);
    expect(orderConfirmed.data.parse(confirmed.data)).toEqual(confirmed.data);
    expect(confirmed.type).toBe('com.example.order.confirmed');

    const reason = { code: 'stock_short', message: 'none left' };
    const cancelled = settledFact({ ...order, status: 'cancelled', revision: 2, reason }, at);
    expect(orderCancelled.data.parse(cancelled.data)).toEqual(cancelled.data);
    expect(cancelled.type).toBe('com.example.order.cancelled');
    expect(new Set([created.id, confirmed.id]).size).toBe(2);
    expect(() => settledFact(order, at)).toThrow('pending');
  });

  it.each([
    ['shipped', orderShipped],
    ['completed', orderCompleted],
    ['returned', orderReturned],
  ] as const)('publishes that it is %s', (status, contract) => {
    const { type, data } = settledFact(
      { ...order, status, revision: 3, ...(status === 'shipped' && { trackingNumber: 'T-1' }) },
      at,
    );
    expect(type).toBe(eventType(contract.name));
    expect(contract.data.parse(data)).toEqual(data);
  });
});
