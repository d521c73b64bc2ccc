import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseTable } from './csv.js';
import { readInvoices } from './invoices.js';
import { MARKETS, marketOf } from './markets.js';
import { makePlan } from './plan.js';
import { customersOf, productsOf } from './register.js';

const order = (customerId: string, productId: string, unitPrice: number) => ({
  request: { customerId, currency: 'GBP', items: [{ productId, quantity: 1, unitPrice }] },
});

describe('what is registered before a demo', () => {
  it('is each product at its price, and each customer, once', () => {
    const orders = [order('7', 'mug', 100), order('8', 'cup', 5), order('7', 'mug', 100)];
    expect(productsOf(orders)).toEqual([
      { productId: 'mug', name: 'Product mug', unitPrice: 100, currency: 'GBP' },
      { productId: 'cup', name: 'Product cup', unitPrice: 5, currency: 'GBP' },
    ]);
    expect(customersOf(orders).map(({ customerId }) => customerId)).toEqual(['7', '8']);
  });

  it('cannot be a product at two prices', () => {
    expect(() => productsOf([order('7', 'mug', 100), order('7', 'mug', 99)])).toThrow('mug');
  });

  it('keeps the totals of the real invoices, though they know several prices of a product', async () => {
    const file = join(process.cwd(), 'tools', 'demo', 'data', 'online-retail.csv');
    const { invoices } = readInvoices(parseTable(await readFile(file, 'utf8')));
    const codes = new Map<string, Set<number>>();
    for (const { stockCode, unitPrice } of invoices.flatMap(({ lines }) => lines)) {
      codes.set(stockCode, (codes.get(stockCode) ?? new Set()).add(unitPrice));
    }
    const several = [...codes.values()].filter((prices) => prices.size > 1);
    expect(several.length).toBeGreaterThan(0);
    const { orders } = makePlan(invoices, invoices.length * MARKETS.length, 'run');
    const prices = new Map(productsOf(orders).map((one) => [one.productId, one.unitPrice]));
    const ofOne = [...codes.values()].reduce((sum, { size }) => sum + size, 0);
    expect(prices.size).toBe(ofOne * MARKETS.length);
    orders.forEach(({ request, totalAmount }, index) => {
      const { priceOf } = marketOf(index, invoices.length);
      const real = invoices[index % invoices.length]?.lines.reduce(
        (sum, { quantity, unitPrice }) => sum + quantity * priceOf(unitPrice),
        0,
      );
      expect(totalAmount).toBe(real);
      for (const item of request.items) expect(prices.get(item.productId)).toBe(item.unitPrice);
    });
  });
});
