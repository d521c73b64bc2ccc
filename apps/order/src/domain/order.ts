import type {
  OrderItem,
  OrderStatus,
  PaymentMethod,
  PlaceOrderInput,
  Reason,
  ShippingAddress,
} from '#contracts';

/** An order as it is kept. Money in integer minor units of its currency. */
export interface Order {
  readonly orderId: string;
  readonly customerId: string;
  readonly merchantId: string;
  readonly channel: string;
  readonly currency: string;
  readonly totalAmount: number;
  readonly items: readonly OrderItem[];
  readonly shippingAddress: ShippingAddress;
  readonly email: string;
  readonly phone?: string;
  readonly locale?: string;
  readonly paymentMethod: PaymentMethod;
  readonly status: OrderStatus;
  readonly reason?: Reason;
  readonly trackingNumber?: string;
  /** Grows by one with each change. */
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The order that its saga begins with. */
export const newOrder = (input: PlaceOrderInput, now: Date): Order => ({
  orderId: input.orderId,
  customerId: input.customerId,
  merchantId: input.merchantId,
  channel: input.channel,
  currency: input.currency,
  totalAmount: input.totalAmount,
  items: input.items,
  shippingAddress: input.shippingAddress,
  email: input.email,
  ...(input.phone !== undefined && { phone: input.phone }),
  ...(input.locale !== undefined && { locale: input.locale }),
  paymentMethod: input.payment.method,
  status: 'pending',
  revision: 1,
  createdAt: now,
  updatedAt: now,
});

/** The ceiling of the contract's `minorUnits`. */
export const MAX_AMOUNT = 1_000_000_000_000;

/**
 * The sum of all lines in minor units, or undefined above `MAX_AMOUNT`. Every intermediate value
 * that is used lies far below 2^53, so the sum is exact: what is larger is given up at once.
 */
export function totalOf(items: readonly OrderItem[]): number | undefined {
  let total = 0;
  for (const { quantity, unitPrice } of items) {
    total += quantity * unitPrice;
    if (total > MAX_AMOUNT) return undefined;
  }
  return total;
}
