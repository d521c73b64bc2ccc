import { randomUUID } from 'node:crypto';
import type { OrderRequest, PlannedOrder } from '../../demo/plan.js';

const PRODUCTS = ['mug-red', 'mug-blue', 'teapot'] as const;
const PIECES = 100_000_000;

/** What lies on the shelves before the first order. */
export const STOCKED: ReadonlyMap<string, number> = new Map(
  PRODUCTS.map((productId) => [productId, PIECES]),
);

/** An order of two lines that nothing stands in the way of. */
export function fineOrder(no: number): PlannedOrder {
  const items = [0, 1].map((line) => ({
    productId: PRODUCTS[(no + line) % PRODUCTS.length] ?? '',
    quantity: 1 + ((no + line) % 3),
    unitPrice: 250 + line * 100,
  }));
  const request: OrderRequest = {
    customerId: `customer-${no % 50}`,
    channel: 'web',
    currency: 'GBP',
    items,
    shippingAddress: { prefecture: 'Kent', city: 'Dover', line1: '1 Quay', postalCode: 'CT16 1AA' },
    email: `customer-${no}@example.com`,
    payment: { method: 'credit_card', token: 'tok_ok', anotherCardWithinS: 0 },
  };
  return {
    request,
    idempotencyKey: randomUUID(),
    obstacle: undefined,
    contested: false,
    totalAmount: items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0),
  };
}
