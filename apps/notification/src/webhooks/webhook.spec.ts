import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { eventType, orderCreated, orderConfirmed, paymentRequested } from '#contracts';
import type { ReceivedEvent } from '#messaging';
import { PUBLIC_EVENTS, publicEventOf } from './public-events.js';
import { RETRY_PAUSES_MS, deliveryIdOf, newSecret, retryPauseMs } from './webhook.js';

const data = {
  orderId: '019aa0c5-7d5c-7000-8000-000000000001',
  revision: 1,
  status: 'pending',
  customerId: 'c',
  merchantId: 'm-1',
  channel: 'web',
  currency: 'JPY',
  totalAmount: 1200,
  occurredAt: '2026-11-26T00:00:00Z',
  items: [{ productId: 'p', quantity: 2, unitPrice: 600 }],
  shippingAddress: { prefecture: 'p', city: 'c', line1: 'l', postalCode: '1' },
  contact: { email: 'kim@example.com' },
  internal: 'not of the contract',
};
const event = (name: string, source = 'order') =>
  ({ id: 'o:1', source, type: eventType(name), data }) as ReceivedEvent;

describe('what a merchant is told', () => {
  it('is the fact of the contract, without where the customer is reached', () => {
    const told = publicEventOf(event(orderCreated.name));
    expect(told).toMatchObject({ type: 'order.created', merchantId: 'm-1' });
    const { contact: _c, internal: _i, ...fact } = data;
    expect(JSON.parse(told?.body ?? '')).toEqual({
      type: 'order.created',
      timestamp: data.occurredAt,
      data: fact,
    });
  });

  it('is known by source and id: ids of two services may be alike', () => {
    const ids = ['order', 'payment'].map(
      (source) => publicEventOf(event(orderConfirmed.name, source))?.messageId,
    );
    expect(ids).toEqual(['order:o:1', 'payment:o:1']);
    expect(deliveryIdOf('order:o:1', 'm-1')).toBe('order:o:1@m-1');
  });

  it('is nothing that is not public', () => {
    expect(publicEventOf(event(paymentRequested.name))).toBeUndefined();
  });

  it('is what the document says, all of it', () => {
    const document = readFileSync('docs/notifications.md', 'utf8');
    const [, list = ''] = /^Events: ([^]*?)\.\s/m.exec(document) ?? [];
    const listed = [...list.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    expect(listed.toSorted()).toEqual(PUBLIC_EVENTS.toSorted());
  });
});

describe('the tries of a delivery', () => {
  it('span three days, with a little more each, so that they do not come together', () => {
    const least = RETRY_PAUSES_MS.reduce((sum, pauseMs) => sum + pauseMs, 0);
    expect(least / 3_600_000).toBeGreaterThan(72);
    expect(retryPauseMs(RETRY_PAUSES_MS, 1, () => 0)).toBe(5_000);
    expect(retryPauseMs(RETRY_PAUSES_MS, 2, () => 1)).toBe(360_000);
    expect(retryPauseMs(RETRY_PAUSES_MS, 9, () => 0)).toBe(86_400_000);
    expect(retryPauseMs([], 1)).toBe(0);
  });
});

describe('a secret', () => {
  it('is one of Standard Webhooks, and never the same', () => {
    const [one, two] = [newSecret(), newSecret()];
    expect(one).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(one).not.toBe(two);
  });
});
