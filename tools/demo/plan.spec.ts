import { describe, expect, it } from '@jest/globals';
import type { Invoice } from './invoices.js';
import { makePlan } from './plan.js';

/** A hundred invoices: a common product, one of their own each, and one of ten in every tenth. */
const invoices = Array.from({ length: 100 }, (_, i): Invoice => ({
  invoiceNo: String(i),
  customerId: `c${i}`,
  country: i % 2 === 0 ? 'GB' : undefined,
  lines: [
    { stockCode: '10000', quantity: 2, unitPrice: 100 },
    { stockCode: `2${String(i).padStart(4, '0')}`, quantity: 1, unitPrice: 250 },
    { stockCode: `3000${i % 25}`, quantity: 3, unitPrice: 10 },
  ],
}));

const plan = makePlan(invoices, 2000, 'run');
const count = (wanted: (order: (typeof plan.orders)[number]) => boolean): number =>
  plan.orders.filter(wanted).length;

describe('makePlan', () => {
  it('places the invoices over and over until there are enough orders', () => {
    expect(plan.orders).toHaveLength(2000);
    const [first] = plan.orders;
    // three markets further it is the same one again
    expect(plan.orders[300]?.request.items).toEqual(first?.request.items);
    expect(first?.totalAmount).toBe(480);
    expect(first?.request.items[0]).toEqual({
      productId: 'run-10000',
      quantity: 2,
      unitPrice: 100,
    });
  });

  it('brings each invoice to three markets, at prices of their own', () => {
    const market = (index: number) => {
      const { merchantId, currency, items } = plan.orders[index]?.request ?? {};
      return [merchantId, currency, items?.[0]];
    };
    const line = { quantity: 2 };
    expect([market(0), market(200), market(100)]).toEqual([
      ['run-tea', 'GBP', { ...line, productId: 'run-10000', unitPrice: 100 }],
      ['run-the', 'EUR', { ...line, productId: 'run-10000-EUR', unitPrice: 115 }],
      ['run-cha', 'JPY', { ...line, productId: 'run-10000-JPY', unitPrice: 200 }],
    ]);
  });

  it('has every order under a key and an address of its own', () => {
    expect(new Set(plan.orders.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2000);
    expect(new Set(plan.orders.map(({ request }) => request.email)).size).toBe(2000);
  });

  it('spreads its shares over the orders', () => {
    const token = (name: string): number => count(({ request }) => request.payment.token === name);
    expect([token('tok_declined'), token('tok_error_then_ok'), token('tok_timeout')]).toEqual([
      120, 100, 10,
    ]);
    const nowhere = count(({ request }) => request.shippingAddress.postalCode === '000-0000');
    expect(nowhere).toBe(100);
    const early = plan.orders.slice(0, 200);
    const declined = early.filter(({ request }) => request.payment.token === 'tok_declined');
    expect(declined.length).toBeGreaterThanOrEqual(8);
  });

  it('has a product that is sold out, and a few of which there are half as many as wanted', () => {
    // one a market
    expect(plan.soldOut).toHaveLength(3);
    expect(plan.scarce).toHaveLength(9);
    for (const productId of plan.soldOut) expect(plan.stock.get(productId)).toBe(0);
    // Four invoices of a hundred hold each of them: 80 orders of three pieces, half of which are there
    // (rounded down in each market).
    const pieces = plan.scarce.map((productId) => plan.stock.get(productId) ?? 0);
    expect(pieces.reduce((sum, one) => sum + one)).toBeGreaterThan(3 * 120 - 9);
    expect(pieces.reduce((sum, one) => sum + one)).toBeLessThanOrEqual(3 * 120);
    const common = ['run-10000', 'run-10000-EUR', 'run-10000-JPY'].map((id) => plan.stock.get(id));
    expect(common.reduce((sum = 0, one = 0) => sum + one)).toBe(4030);
    expect(count(({ obstacle }) => obstacle === 'shortage')).toBe(80);
    expect(count(({ contested }) => contested)).toBe(240);
  });

  it('expects what comes first: stock, then the card, then the carrier', () => {
    for (const { request, obstacle } of plan.orders) {
      const soldOut = request.items.some(({ productId }) => plan.soldOut.includes(productId));
      const declined = request.payment.token === 'tok_declined';
      const nowhere = request.shippingAddress.postalCode === '000-0000';
      const later = declined ? 'decline' : nowhere ? 'undeliverable' : undefined;
      expect(obstacle).toBe(soldOut ? 'shortage' : later);
    }
  });

  it('makes neither postage nor the only product short', () => {
    const postage: Invoice = {
      invoiceNo: '1',
      customerId: 'c',
      country: 'GB',
      lines: [{ stockCode: 'POST', quantity: 1, unitPrice: 100 }],
    };
    expect(makePlan([postage], 10, 'run').soldOut).toEqual([]);
    expect(() => makePlan([], 10, 'run')).toThrow('no invoice');
  });
});
