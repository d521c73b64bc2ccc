/** Is an order one that the shop can take: known goods at today's prices, by who may order? */
import type { CustomerStatus, MerchantStatus, OrderItem, ProductStatus } from '#contracts';

/** What the catalog last said of a product. */
export interface KnownProduct {
  readonly productId: string;
  readonly unitPrice: number;
  readonly currency: string;
  readonly status: ProductStatus;
}

/** What the shop knows of what one batch of orders asks for; nothing is held against what is absent. */
export interface Known {
  readonly products?: ReadonlyMap<string, KnownProduct> | undefined;
  readonly customers?: ReadonlyMap<string, CustomerStatus> | undefined;
  readonly merchants?: ReadonlyMap<string, MerchantStatus> | undefined;
}

export interface CheckedOrder {
  readonly customerId: string;
  readonly merchantId: string;
  readonly currency: string;
  readonly items: readonly OrderItem[];
}

export type OrderProblem =
  | { readonly code: 'unknown-customer' | 'customer-blocked' }
  | { readonly code: 'unknown-merchant' | 'merchant-suspended' }
  | {
      readonly code: 'unknown-product' | 'product-withdrawn';
      /** Which line of the order, from 0. */
      readonly line: number;
    }
  | { readonly code: 'currency-differs'; readonly line: number; readonly currency: string }
  | {
      readonly code: 'price-changed';
      readonly line: number;
      readonly productId: string;
      /** What it costs now. */
      readonly unitPrice: number;
    };

/** Everything that stands in the order's way, at once; of each line what must be mended first. */
export function checkOrder(order: CheckedOrder, known: Known): OrderProblem[] {
  const { products, customers, merchants } = known;
  const problems: OrderProblem[] = [];
  if (customers) {
    const status = customers.get(order.customerId);
    if (status === undefined) problems.push({ code: 'unknown-customer' });
    else if (status === 'blocked') problems.push({ code: 'customer-blocked' });
  }
  if (merchants) {
    const status = merchants.get(order.merchantId);
    if (status === undefined) problems.push({ code: 'unknown-merchant' });
    else if (status === 'suspended') problems.push({ code: 'merchant-suspended' });
  }
  if (!products) return problems;
  order.items.forEach((item, line) => {
    const problem = lineProblem(item, line, order.currency, products.get(item.productId));
    if (problem) problems.push(problem);
  });
  return problems;
}

function lineProblem(
  { productId, unitPrice }: OrderItem,
  line: number,
  currency: string,
  product: KnownProduct | undefined,
): OrderProblem | undefined {
  if (!product) return { code: 'unknown-product', line };
  if (product.status === 'withdrawn') return { code: 'product-withdrawn', line };
  // prices of two currencies cannot be compared
  if (product.currency !== currency) {
    return { code: 'currency-differs', line, currency: product.currency };
  }
  if (product.unitPrice === unitPrice) return undefined;
  return { code: 'price-changed', line, productId, unitPrice: product.unitPrice };
}
