/** What the shop must know before the orders of a plan can be placed. */
import type { OrderRequest } from './plan.js';

/** As `POST /products/batch` takes them. */
export interface ProductEntry {
  readonly productId: string;
  readonly name: string;
  /** Pence. */
  readonly unitPrice: number;
  readonly currency: string;
}

/** As `POST /customers/batch` takes them. */
export interface CustomerEntry {
  readonly customerId: string;
  readonly name: string;
  readonly email: string;
}

interface Placeable {
  readonly request: Pick<OrderRequest, 'customerId' | 'currency' | 'items'>;
}

/** @throws Error when one product is ordered at two prices: a plan must not do that */
export const productsOf = (orders: readonly Placeable[]): ProductEntry[] => {
  const products = new Map<string, ProductEntry>();
  for (const { request } of orders) {
    for (const { productId, unitPrice } of request.items) {
      const before = products.get(productId);
      if (before && before.unitPrice !== unitPrice) {
        throw new Error(`${productId} is ordered at ${before.unitPrice} and at ${unitPrice}`);
      }
      const { currency } = request;
      products.set(productId, { productId, name: `Product ${productId}`, unitPrice, currency });
    }
  }
  return [...products.values()];
};

export const customersOf = (orders: readonly Placeable[]): CustomerEntry[] =>
  [...new Set(orders.map(({ request }) => request.customerId))].map((customerId) => ({
    customerId,
    name: `Customer ${customerId}`,
    email: `customer-${customerId}@example.com`,
  }));
