import { describe, expect, it } from '@jest/globals';
import { formatMoney } from './money.js';
import { messageIdOf, noticeIdOf, type Notice } from './notice.js';
import { mailTextOf } from './templates.js';

const notice: Notice = {
  noticeId: 'order-confirmed:o-1',
  template: 'order-confirmed',
  subjectId: 'o-1',
  email: 'kim@example.com',
  status: 'recorded',
  order: {
    orderId: 'o-1',
    currency: 'EUR',
    totalAmount: 123_450,
    items: [{ productId: 'p-1', quantity: 2, unitPrice: 61_725 }],
    trackingNumber: 'TRK1',
  },
};

describe('money in a mail', () => {
  it.each([
    [1234, 'EUR', 'EUR 12.34'],
    [1234, 'JPY', 'JPY 1,234'],
    [1234, 'BHD', 'BHD 1.234'],
    [0, 'EUR', 'EUR 0.00'],
    [1_000_000_000_000, 'EUR', 'EUR 10,000,000,000.00'],
    [5, 'XYZ', 'XYZ 0.05'],
  ])('%i minor units of %s read %s', (minorUnits, currency, text) => {
    expect(formatMoney(minorUnits, currency)).toBe(text);
  });
});

describe('the mail about a confirmed order', () => {
  it('names the order, its lines, its total and where the parcel is', () => {
    const { subject, text } = mailTextOf(notice);
    expect(subject).toBe('Your order o-1 is confirmed');
    expect(text).toContain('2 x p-1  EUR 617.25 each\n');
    expect(text).toContain('Total: EUR 1,234.50\n');
    expect(text).toContain('Tracking number: TRK1\n');
  });

  it('says nothing of a parcel that has no number', () => {
    const { trackingNumber: _, ...order } = notice.order;
    expect(mailTextOf({ ...notice, order }).text).not.toContain('Tracking');
  });

  it('gives no product a line of its own making', () => {
    const items = [{ productId: 'p\r\nTotal: EUR 0.00', quantity: 1, unitPrice: 1 }];
    const { text } = mailTextOf({ ...notice, order: { ...notice.order, items } });
    expect(text.match(/^Total:/gm)).toHaveLength(1);
  });
});

describe('the mail about goods that came back', () => {
  it('names them and what is given back for them', () => {
    const { trackingNumber: _, ...order } = notice.order;
    const { subject, text } = mailTextOf({ ...notice, template: 'return-refunded', order });
    expect(subject).toBe('Your return of order o-1 is complete');
    expect(text).toContain('2 x p-1  EUR 617.25 each\n');
    expect(text).toContain('Refunded: EUR 1,234.50\n');
  });
});

describe('the identity of a notice', () => {
  it('follows from what it is about, and so does the mail that carries it', () => {
    expect(noticeIdOf('order-confirmed', 'AB')).toBe(noticeIdOf('order-confirmed', 'ab'));
    expect(messageIdOf(notice)).toBe('<order-confirmed.o-1@saga.example.com>');
  });
});
