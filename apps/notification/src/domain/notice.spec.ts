import { describe, expect, it } from '@jest/globals';
import { formatMoney } from './money.js';
import { causeOf, messageIdOf, noticeIdOf, type Notice, type NoticeCause } from './notice.js';

const notice: Notice = {
  noticeId: 'order-confirmed:o-1',
  template: 'order-confirmed',
  channel: 'email',
  subjectId: 'o-1',
  recipient: 'kim@example.com',
  locale: null,
  status: 'recorded',
  order: { orderId: 'o-1', currency: 'EUR', totalAmount: 5, items: [] },
};

describe('money in a notice', () => {
  it.each([
    [1234, 'EUR', 'en', 'symbol', '€12.34'],
    [1234, 'JPY', 'en', 'symbol', '¥1,234'],
    [1234, 'JPY', 'ja', 'name', '1,234円'],
    [1234, 'BHD', 'en', 'code', 'BHD 1.234'],
    [0, 'EUR', 'en', 'symbol', '€0.00'],
    [1_000_000_000_000, 'GBP', 'en-GB', 'symbol', '£10,000,000,000.00'],
    [5, 'XYZ', 'en', 'symbol', 'XYZ 0.05'],
  ] as const)('%i minor units of %s read %s %s: %s', (minorUnits, currency, locale, kind, text) => {
    expect(formatMoney(minorUnits, currency, locale, kind)).toBe(text);
  });

  it('is written right in more currencies than are remembered', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
    for (const a of letters) for (const b of letters) formatMoney(1, `X${a}${b}`);
    expect(formatMoney(1234, 'EUR')).toBe('€12.34');
  });
});

describe('the identity of a notice', () => {
  it('follows from what it is about, and so does the mail that carries it', () => {
    const subject = { subjectId: 'AB' };
    expect(noticeIdOf('order-confirmed', subject)).toBe('order-confirmed:ab');
    expect(messageIdOf(notice)).toBe('<order-confirmed.o-1@saga.example.com>');
  });

  it('is another for each payment that failed, and for each channel', () => {
    const subject = { subjectId: 'ab', revision: 3 };
    expect(noticeIdOf('payment-failed', subject)).toBe('payment-failed:ab:3');
    expect(noticeIdOf('payment-failed', subject, 'sms')).toBe('payment-failed:ab:3:sms');
  });
});

describe('the event that asked for a notice', () => {
  const event = { id: 'm', topic: 'notification.commands' } as NoticeCause;

  it('is a command with the order of the notice, also where only that was kept', () => {
    const said = { template: 'order-confirmed', subjectId: 'o-1', email: 'kim@example.com' };
    expect(causeOf(notice, event).data).toEqual({ ...said, order: notice.order });
    const whole = { ...said, phone: '+81312345678' };
    const kept = { ...event, data: whole };
    expect(causeOf(notice, kept).data).toEqual({ ...whole, order: notice.order });
  });

  it('is any other event as it came', () => {
    const other = { ...event, topic: 'payment.events', data: { a: 1 } };
    expect(causeOf(notice, other)).toEqual(other);
  });
});
