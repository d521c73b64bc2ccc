/** Orders as customers send them, and what must become of them. */
import { randomUUID } from 'node:crypto';

export interface OrderLine {
  readonly productId: string;
  readonly quantity: number;
  /** Minor units. */
  readonly unitPrice: number;
}

export interface OrderRequest {
  readonly customerId: string;
  readonly currency: string;
  readonly items: readonly OrderLine[];
  readonly shippingAddress: {
    readonly prefecture: string;
    readonly city: string;
    readonly line1: string;
    readonly postalCode: string;
  };
  readonly email: string;
  readonly payment: {
    readonly method: string;
    readonly token?: string;
    /** 0: an order whose card is declined is cancelled at once. */
    readonly anotherCardWithinS?: number;
  };
}

export const UNDELIVERABLE_POSTAL_CODE = '000-0000';
/** The label is printed, and no van comes. */
export const NO_PICKUP_POSTAL_CODE = '000-9999';

export interface OrderWishes {
  readonly productId: string;
  readonly quantity?: number;
  readonly unitPrice?: number;
  readonly items?: readonly OrderLine[];
  readonly token?: string;
  readonly postalCode?: string;
  readonly customerId?: string;
}

/** An order that nothing is wrong with, but for what is wished for. */
export const anOrder = (wishes: OrderWishes): OrderRequest => {
  const { productId, quantity = 2, unitPrice = 1250 } = wishes;
  return {
    customerId: wishes.customerId ?? 'customer-1',
    currency: 'JPY',
    items: wishes.items ?? [{ productId, quantity, unitPrice }],
    shippingAddress: {
      prefecture: 'Tokyo',
      city: 'Chiyoda',
      line1: '1-1 Marunouchi',
      postalCode: wishes.postalCode ?? '100-0005',
    },
    email: `${randomUUID()}@example.com`,
    payment: { method: 'credit_card', token: wishes.token ?? 'tok_ok', anotherCardWithinS: 0 },
  };
};

export const totalOf = ({ items }: { items: readonly OrderLine[] }): number =>
  items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);

/** Why an order ends as it does; everything but `fine`, `unsure` and `late` is cancelled. */
export type OrderKind = 'fine' | 'unsure' | 'late' | 'declined' | 'short' | 'undeliverable';

export interface PlannedOrder {
  readonly kind: OrderKind;
  readonly request: OrderRequest;
  /** Sent with every try, so that a try whose answer was lost does not become a second order. */
  readonly idempotencyKey: string;
}

/** Products that the mix below orders, with the pieces that must lie there. */
export const MIXED_STOCK: Readonly<Record<string, number>> = {
  'mug-red': 1_000_000,
  'mug-blue': 1_000_000,
  teapot: 1_000_000,
  'sold-out': 0,
};

const KINDS: readonly (readonly [share: number, kind: OrderKind])[] = [
  [10, 'declined'],
  [10, 'short'],
  [10, 'undeliverable'],
  [9, 'unsure'],
  [1, 'late'],
];

/** Of 100 orders, 60 are fine. Lines lie in changing order, as lock order must not depend on it. */
export function mixedOrders(count: number): PlannedOrder[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = kindOf(index);
    const names = ['mug-red', 'mug-blue', 'teapot'];
    const lines = index % 2 === 0 ? names : names.toReversed();
    const items = lines.slice(0, 1 + (index % 3)).map((productId, place) => ({
      productId,
      quantity: 1 + ((index + place) % 4),
      unitPrice: 100 + ((index * 7 + place * 13) % 900),
    }));
    const soldOut = { productId: 'sold-out', quantity: 1, unitPrice: 500 };
    const request = anOrder({
      productId: '',
      items: kind === 'short' ? [...items, soldOut] : items,
      customerId: `customer-${index % 50}`,
      token: tokenOf(kind),
      ...(kind === 'undeliverable' && { postalCode: UNDELIVERABLE_POSTAL_CODE }),
    });
    return { kind, request, idempotencyKey: randomUUID() };
  });
}

function kindOf(index: number): OrderKind {
  // 37 and 100 have no common divisor, so each hundred holds every share, spread over its length.
  let place = (index * 37) % 100;
  for (const [share, kind] of KINDS) {
    if (place < share) return kind;
    place -= share;
  }
  return 'fine';
}

function tokenOf(kind: OrderKind): string {
  switch (kind) {
    case 'declined':
      return 'tok_declined';
    case 'unsure':
      return 'tok_error_then_ok';
    case 'late':
      return 'tok_timeout';
    default:
      return 'tok_ok';
  }
}
