import { describe, expect, it } from '@jest/globals';
import type { CustomerStatus, OrderItem } from '#contracts';
import { checkOrder, type KnownProduct } from './check-order.js';

const product = (productId: string, changes: Partial<KnownProduct> = {}): KnownProduct => ({
  productId,
  unitPrice: 100,
  currency: 'GBP',
  status: 'active',
  ...changes,
});
const item = (productId: string, unitPrice = 100): OrderItem => ({
  productId,
  quantity: 1,
  unitPrice,
});
const PRODUCTS = [
  product('mug'),
  product('free', { unitPrice: 0 }),
  product('gone', { status: 'withdrawn', unitPrice: 7, currency: 'JPY' }),
  product('sake', { currency: 'JPY', unitPrice: 7 }),
];
const known = {
  products: new Map(PRODUCTS.map((one) => [one.productId, one])),
  customers: new Map<string, CustomerStatus>([
    ['kim', 'active'],
    ['bad', 'blocked'],
  ]),
};
const check = (items: OrderItem[], customerId = 'kim', currency = 'GBP') =>
  checkOrder({ customerId, merchantId: 'any', currency, items }, known);

describe('an order', () => {
  it('of known goods at their prices by a known customer is fine', () => {
    expect(check([item('mug'), item('mug'), item('free', 0)])).toEqual([]);
    expect(check([item('sake', 7)], 'kim', 'JPY')).toEqual([]);
  });

  it.each([
    ['a product that nobody knows', item('cup'), { code: 'unknown-product', line: 0 }],
    ['a name of every object', item('constructor'), { code: 'unknown-product', line: 0 }],
    ['another case', item('MUG'), { code: 'unknown-product', line: 0 }],
    [
      'what is withdrawn, and nothing more of it',
      item('gone'),
      {
        code: 'product-withdrawn',
        line: 0,
      },
    ],
    [
      'another currency, whatever the price',
      item('sake', 8),
      {
        code: 'currency-differs',
        line: 0,
        currency: 'JPY',
      },
    ],
    [
      'a higher price',
      item('mug', 101),
      {
        code: 'price-changed',
        line: 0,
        productId: 'mug',
        unitPrice: 100,
      },
    ],
    [
      'a lower price',
      item('mug', 99),
      {
        code: 'price-changed',
        line: 0,
        productId: 'mug',
        unitPrice: 100,
      },
    ],
    [
      'a price for what is free',
      item('free', 1),
      {
        code: 'price-changed',
        line: 0,
        productId: 'free',
        unitPrice: 0,
      },
    ],
  ])('is not, for %s', (_, line, problem) => {
    expect(check([line])).toEqual([problem]);
  });

  it('is not, for a customer who is not known, or blocked', () => {
    expect(check([item('mug')], 'stranger')).toEqual([{ code: 'unknown-customer' }]);
    expect(check([item('mug')], 'bad')).toEqual([{ code: 'customer-blocked' }]);
  });

  it('is told everything that is wrong with it, each by its line', () => {
    const items = [
      item('mug'),
      item('cup'),
      item('mug', 99),
      item('gone'),
      item('sake'),
      item('mug', 1),
    ];
    expect(check(items, 'stranger')).toEqual([
      { code: 'unknown-customer' },
      { code: 'unknown-product', line: 1 },
      { code: 'price-changed', line: 2, productId: 'mug', unitPrice: 100 },
      { code: 'product-withdrawn', line: 3 },
      { code: 'currency-differs', line: 4, currency: 'JPY' },
      { code: 'price-changed', line: 5, productId: 'mug', unitPrice: 100 },
    ]);
  });

  it('is held against the merchants only where they are known', () => {
    const merchants = new Map([
      ['open', 'active' as const],
      ['shut', 'suspended' as const],
    ]);
    const of = (merchantId: string) =>
      checkOrder(
        { customerId: 'stranger', merchantId, currency: 'GBP', items: [item('cup')] },
        { merchants },
      );
    expect(of('open')).toEqual([]);
    expect(of('shut')).toEqual([{ code: 'merchant-suspended' }]);
    expect(of('nobody')).toEqual([{ code: 'unknown-merchant' }]);
  });
});
