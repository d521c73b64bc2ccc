/** Promises attacked here: each fact makes the notice that it should, about the right thing, once. */
import { describe, expect, it } from '@jest/globals';
import { eventType, type EventContract } from '#contracts';
import * as contracts from '#contracts';
import type { ReceivedEvent } from '#messaging';
import type { Contact } from './contact.js';
import { readFacts } from './facts.js';
import { contactOf, noticesOf, occasionOf } from './notice-events.js';

const ORDER = '019AA0C5-7d5c-7000-8000-000000000001';
const reason = { code: 'insufficient-stock', message: 'short' };

const order = {
  orderId: ORDER,
  revision: 4,
  status: 'pending',
  customerId: 'c',
  merchantId: 'm',
  channel: 'web',
  currency: 'JPY',
  totalAmount: 1200,
  occurredAt: '2026-11-26T00:00:00Z',
  reason,
  items: [{ productId: 'p', quantity: 2, unitPrice: 600 }],
  shippingAddress: { prefecture: 'p', city: 'c', line1: 'l', postalCode: '1' },
  contact: { email: 'kim@example.com', phone: '+81312345678', locale: 'ja' },
};
const payment = {
  ...order,
  method: 'bank_transfer',
  amount: 1000,
  refunded: 300,
  instructions: { reference: 'FT-1', payBy: '2026-12-01T00:00:00Z' },
};
const card = { ...payment, method: 'credit_card' };
const shipment = { ...order, shipmentId: 's', trackingNumber: 'TRK1' };

const read = (contract: EventContract, data: unknown) =>
  readFacts([{ type: eventType(contract.name), data }])[0];
const occasion = (contract: EventContract, data: unknown) => {
  const fact = read(contract, data);
  return fact && occasionOf(fact);
};
const contact = {
  orderId: ORDER,
  email: 'kim@example.com',
  phone: '+81312345678',
  locale: 'ja',
  currency: 'JPY',
  totalAmount: 1200,
};
const cause = { id: 'e' } as ReceivedEvent;

describe('a fact', () => {
  it.each([
    ['order-created', contracts.orderCreated, order, undefined, { items: order.items }],
    ['order-cancelled', contracts.orderCancelled, order, undefined, { reasonCode: reason.code }],
    ['order-confirmed', contracts.orderConfirmed, order, undefined, { totalAmount: 1200 }],
    ['order-completed', contracts.orderCompleted, order, undefined, { totalAmount: 1200 }],
    [
      'order-shipped',
      contracts.shipmentHandedOver,
      shipment,
      undefined,
      { trackingNumber: 'TRK1' },
    ],
    [
      'payment-created',
      contracts.paymentInstructed,
      payment,
      undefined,
      { totalAmount: 1000, instructions: { reference: 'FT-1', method: 'bank_transfer' } },
    ],
    ['payment-succeeded', contracts.paymentCompleted, payment, undefined, { totalAmount: 1000 }],
    ['payment-failed', contracts.paymentFailed, card, 4, { reasonCode: reason.code }],
    ['refund-completed', contracts.refundCompleted, payment, 4, { refunded: 300 }],
  ] as const)('makes its notice: %s', (template, contract, data, revision, told) => {
    expect(occasion(contract, data)).toMatchObject({
      template,
      subject: { subjectId: ORDER, ...(revision !== undefined && { revision }) },
      order: { orderId: ORDER, ...told },
    });
  });

  it.each([contracts.shipmentCreated, contracts.paymentRequested, contracts.refundFailed])(
    'that is told in no notice makes none: $name',
    (contract) => {
      expect(read(contract, payment)).toBeUndefined();
    },
  );

  it('makes one notice of an order, however often it is said, and one of each payment', () => {
    const again = { ...card, revision: 5 };
    const subject = (contract: EventContract, data: unknown) => occasion(contract, data)?.subject;
    expect(subject(contracts.orderCancelled, { ...order, revision: 5 })).toEqual(
      subject(contracts.orderCancelled, order),
    );
    expect(subject(contracts.paymentFailed, again)).not.toEqual(
      subject(contracts.paymentFailed, card),
    );
  });

  it.each([
    ['called off with its order', 'credit_card', 'canceled'],
    ['a card that nobody confirmed in time', 'credit_card', 'expired'],
    ['a transfer that never came', 'bank_transfer', 'expired'],
    ['nothing paid in the shop in time', 'convenience_store', 'expired'],
    ['a transfer that the provider refuses', 'bank_transfer', 'amount_too_small'],
  ])('of a payment that no other card can follow is none to tell: %s', (_, method, code) => {
    const over = { ...payment, method, reason: { code, message: '' } };
    expect(occasion(contracts.paymentFailed, over)).toBeUndefined();
  });

  it('that is not as its contract says is refused, whatever else it holds', () => {
    expect(() => read(contracts.paymentFailed, { ...payment, amount: -1 })).toThrow();
  });
});

describe('the contact of an order', () => {
  it('comes with the order, as it was given', () => {
    const fact = read(contracts.orderCreated, order);
    expect(fact && contactOf(fact)).toEqual({ ...contact, orderId: ORDER.toLowerCase() });
    const short = read(contracts.orderCreated, { ...order, contact: { email: 'a@b.example' } });
    expect(short && contactOf(short)).toMatchObject({ phone: null, locale: null });
  });

  it('is missing in orders of before, of which nothing is told', () => {
    const { contact: _, ...old } = order;
    const fact = read(contracts.orderCreated, old);
    expect(fact && [contactOf(fact), occasionOf(fact)]).toEqual([undefined, undefined]);
  });
});

describe('the notices of an occasion', () => {
  const shipped = occasion(contracts.shipmentHandedOver, shipment);
  const made = (given: Partial<Contact>, sms = true, what = shipped) =>
    what ? noticesOf(what, { ...contact, ...given }, { sms, cause }) : [];

  it('go to the mail address and to the phone, in the language of the customer', () => {
    expect(made({})).toMatchObject([
      {
        noticeId: `order-shipped:${ORDER.toLowerCase()}`,
        channel: 'email',
        recipient: 'kim@example.com',
        locale: 'ja',
        order: { currency: 'JPY', totalAmount: 1200, items: [], trackingNumber: 'TRK1' },
        cause,
      },
      {
        noticeId: `order-shipped:${ORDER.toLowerCase()}:sms`,
        channel: 'sms',
        recipient: '+81312345678',
      },
    ]);
  });

  it.each([
    ['without a phone', made({ phone: null })],
    ['where the shop sends no short messages', made({}, false)],
    ['that is not worth one', made({}, true, occasion(contracts.orderCancelled, order))],
  ])('are mail alone %s', (_what, notices) => {
    expect(notices.map(({ channel }) => channel)).toEqual(['email']);
  });
});
