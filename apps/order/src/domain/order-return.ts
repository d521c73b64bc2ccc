/** Goods on their way back: what may come back, what it is worth, what the saga makes of it. Pure. */
import type { OrderItem, Reason, RefundLostParcelInput, ReturnStatus, StockLine } from '#contracts';
import type { Order } from './order.js';

/** `parcel-lost`: nobody asked for it, and nothing comes back but the money. */
export const returnOrigins = ['customer', 'parcel-lost'] as const;
export type ReturnOrigin = (typeof returnOrigins)[number];

/** A return as it is kept. */
export interface OrderReturn {
  readonly returnId: string;
  readonly orderId: string;
  readonly origin: ReturnOrigin;
  /** At the prices that were paid; a product bought at two prices may be in two lines. */
  readonly items: readonly OrderItem[];
  /** Minor units of the order's currency: the sum over `items`. */
  readonly refundAmount: number;
  /** The customer's own words. */
  readonly note?: string;
  readonly status: ReturnStatus;
  /** Why it was rejected. */
  readonly reason?: Reason;
  /** Grows by one with each change. */
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type Selection =
  | { readonly kind: 'possible'; readonly items: readonly OrderItem[]; readonly amount: number }
  | { readonly kind: 'not-ordered'; readonly productId: string }
  /** `left`: pieces that have not been asked back for yet. */
  | { readonly kind: 'too-many'; readonly productId: string; readonly left: number };

/**
 * Takes the wanted pieces out of what was ordered and is not on its way back yet, line by line, each
 * at the price of its line. So all returns of an order together are worth what it has cost, at most.
 * @param taken the lines of all earlier returns that were not rejected
 */
export function selectItems(
  ordered: readonly OrderItem[],
  taken: readonly OrderItem[],
  wanted: readonly StockLine[],
): Selection {
  const left = remaining(ordered, taken);
  const items: OrderItem[] = [];
  for (const { productId, quantity } of merged(wanted)) {
    const lines = left.filter((line) => line.productId === productId);
    if (lines.length === 0) return { kind: 'not-ordered', productId };
    let missing = quantity;
    for (const line of lines) {
      const pieces = Math.min(missing, line.quantity);
      if (pieces > 0) items.push({ ...line, quantity: pieces });
      missing -= pieces;
    }
    if (missing > 0) return { kind: 'too-many', productId, left: quantity - missing };
  }
  return { kind: 'possible', items, amount: worthOf(items) };
}

/** A return that has just been asked for. */
export const newReturn = (
  asked: Pick<OrderReturn, 'returnId' | 'orderId' | 'items' | 'refundAmount' | 'note'>,
  now: Date,
): OrderReturn => ({
  ...asked,
  origin: 'customer',
  status: 'requested',
  revision: 1,
  createdAt: now,
  updatedAt: now,
});

/**
 * The refund for a parcel that the carrier has lost: of everything that no return is to bring back.
 * Undefined when that is nothing, or has cost nothing.
 * @param taken the lines of all earlier returns that were not rejected
 */
export function refundOfLost(
  { orderId, items: ordered }: { readonly orderId: string; readonly items: readonly OrderItem[] },
  taken: readonly OrderItem[],
  returnId: string,
  now: Date,
): OrderReturn | undefined {
  const items = remaining(ordered, taken).filter(({ quantity }) => quantity > 0);
  const refundAmount = worthOf(items);
  if (refundAmount === 0) return undefined;
  const asked = newReturn({ returnId, orderId, items, refundAmount }, now);
  // nobody has to look at it first: the carrier has said what happened
  return { ...asked, origin: 'parcel-lost', status: 'approved' };
}

/** What the saga starts with that pays it. */
export const refundInputOf = (
  order: Order,
  { returnId, items, refundAmount }: OrderReturn,
): RefundLostParcelInput => ({
  returnId,
  orderId: order.orderId,
  merchantId: order.merchantId,
  currency: order.currency,
  items: [...items],
  refundAmount,
  email: order.email,
  ...(order.phone !== undefined && { phone: order.phone }),
  ...(order.locale !== undefined && { locale: order.locale }),
});

const worthOf = (items: readonly OrderItem[]): number =>
  items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);

/** Line by line as they were ordered, for what fits an order must fit a return; also empty ones. */
function remaining(ordered: readonly OrderItem[], taken: readonly OrderItem[]): OrderItem[] {
  const keyOf = ({ unitPrice, productId }: OrderItem) => `${unitPrice} ${productId}`;
  const gone = new Map<string, number>();
  for (const line of taken) gone.set(keyOf(line), (gone.get(keyOf(line)) ?? 0) + line.quantity);
  return ordered.map((line) => {
    const before = gone.get(keyOf(line)) ?? 0;
    const pieces = Math.min(before, line.quantity);
    gone.set(keyOf(line), before - pieces);
    return { ...line, quantity: line.quantity - pieces };
  });
}

/** One line a product, in the order of their first mention. */
export function merged(lines: readonly StockLine[]): StockLine[] {
  const quantities = new Map<string, number>();
  for (const { productId, quantity } of lines) {
    quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  }
  return [...quantities].map(([productId, quantity]) => ({ productId, quantity }));
}
