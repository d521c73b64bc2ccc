import { describe, expect, it } from '@jest/globals';
import type { OrderProblem } from '../domain/check-order.js';
import { orderRefused } from './order-refused.js';

const blocked: OrderProblem = { code: 'customer-blocked' };
const unknown: OrderProblem = { code: 'unknown-product', line: 1 };
const withdrawn: OrderProblem = { code: 'product-withdrawn', line: 3 };
const dearer = (line: number): OrderProblem => ({
  code: 'price-changed',
  line,
  productId: 'mug',
  unitPrice: 120,
});

describe('the refusal of an order', () => {
  it.each<[OrderProblem, number, string]>([
    [{ code: 'unknown-customer' }, 422, 'customerId'],
    [{ code: 'unknown-merchant' }, 422, 'merchantId'],
    [{ code: 'merchant-suspended' }, 403, 'merchantId'],
    [blocked, 403, 'customerId'],
    [unknown, 422, 'items.1.productId'],
    [withdrawn, 422, 'items.3.productId'],
    [{ code: 'currency-differs', line: 0, currency: 'JPY' }, 422, 'items.0.productId'],
    [dearer(2), 409, 'items.2.unitPrice'],
  ])('says of %j what is wrong where', (problem, status, field) => {
    const refused = orderRefused([problem]);
    expect(refused.problem).toMatchObject({
      status,
      title: 'The order cannot be accepted',
      code: problem.code,
      errors: [{ field, code: problem.code }],
    });
    expect(refused.problem.detail).toContain(field);
  });

  it('shows the new prices, each product once', () => {
    expect(orderRefused([dearer(0), dearer(4)]).problem).toMatchObject({
      prices: [{ productId: 'mug', unitPrice: 120 }],
      errors: [{ field: 'items.0.unitPrice' }, { field: 'items.4.unitPrice' }],
    });
    expect(orderRefused([unknown]).problem).not.toHaveProperty('prices');
  });

  it('has the status of what must be mended first, and names it first', () => {
    const { problem } = orderRefused([dearer(0), withdrawn, unknown]);
    expect(problem).toMatchObject({ status: 422, code: 'product-withdrawn' });
    expect(problem.detail).toMatch(/^items\.3\.productId: .* \(and 2 more\)$/);
    expect(problem.errors).toHaveLength(3);
    expect(problem).toHaveProperty('prices');
    expect(orderRefused([unknown, dearer(0), blocked]).problem.status).toBe(403);
  });
});
