import { describe, expect, it } from '@jest/globals';
import { composeMail, formatMoney } from './compose.js';
import { newNotice, noticeIdOf } from './notice.js';

const request = {
  template: 'order-confirmed' as const,
  subjectId: '019AA0C5-7d5c-7000-8000-000000000001',
  email: 'a@example.com',
  order: {
    orderId: '019aa0c5-7d5c-7000-8000-000000000001',
    currency: 'GBP',
    totalAmount: 1530,
    items: [{ productId: '<b>85123A</b>', quantity: 6, unitPrice: 255 }],
    trackingNumber: 'TRACK-1',
  },
};

describe('a notice', () => {
  it('has one identity for what it is about, however it is written', () => {
    const lower = { ...request, subjectId: request.subjectId.toLowerCase() };
    expect(noticeIdOf(request)).toBe(noticeIdOf(lower));
  });

  it('is the same mail each time it is composed, under one Message-ID', () => {
    const mail = composeMail(newNotice(request), 'shop.example');
    expect(composeMail(newNotice(request), 'shop.example')).toEqual(mail);
    expect(mail.messageId).toBe(
      '<order-confirmed.019aa0c5-7d5c-7000-8000-000000000001@shop.example>',
    );
  });

  it('says what was bought, for how much, and where it is', () => {
    const mail = composeMail(newNotice(request), 'shop.example');
    expect(mail).toMatchObject({ to: 'a@example.com', orderId: request.order.orderId });
    expect(mail.text).toContain('6 x <b>85123A</b>: £15.30');
    expect(mail.text).toContain('Tracking number: TRACK-1');
    const { trackingNumber: _, ...untracked } = request.order;
    const other = composeMail(newNotice({ ...request, order: untracked }), 'x');
    expect(other.text).not.toContain('Tracking');
  });

  it('lets nothing of the order become HTML', () => {
    const { html } = composeMail(newNotice(request), 'shop.example');
    expect(html).toContain('&#60;b&#62;85123A&#60;/b&#62;');
    expect(html).not.toContain('<b>');
  });
});

describe('money', () => {
  it.each([
    [1530, 'GBP', '£15.30'],
    [1530, 'JPY', 'JP¥1,530'],
    [1530, 'KWD', 'KWD 1.530'],
  ])('%d minor units of %s are %s', (amount, currency, text) => {
    expect(formatMoney(amount, currency).replace(/\s/g, ' ')).toBe(text);
  });
});
