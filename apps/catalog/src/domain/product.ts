import type { ProductStatus } from '#contracts';

/** What is for sale, and what one piece of it costs in integer minor units. */
export interface Product {
  readonly productId: string;
  readonly name: string;
  readonly unitPrice: number;
  readonly currency: string;
  readonly status: ProductStatus;
  /** Grows by one with each change. */
  readonly revision: number;
}

/** What somebody wants a product to be. */
export type ProductWish = Omit<Product, 'revision' | 'status'> & {
  /** Left out, it stays: a new price does not bring back what was withdrawn. */
  readonly status?: ProductStatus;
};

export interface Revised {
  readonly kind: 'created' | 'updated' | 'unchanged';
  readonly product: Product;
}

/** It is no longer as the caller has read it; nothing was done. */
export interface Moved {
  readonly kind: 'moved';
  /** The one it has now; undefined where there is no such product. */
  readonly revision: number | undefined;
}

export function revise(current: Product | undefined, wish: ProductWish): Revised {
  const { productId, name, unitPrice, currency } = wish;
  const status = wish.status ?? current?.status ?? 'active';
  const revision = (current?.revision ?? 0) + 1;
  const product: Product = { productId, name, unitPrice, currency, status, revision };
  if (!current) return { kind: 'created', product };
  return isSame(current, product)
    ? { kind: 'unchanged', product: current }
    : { kind: 'updated', product };
}

/**
 * For who has read revision `expected`. A product that is as wished already is left alone whatever
 * its revision (RFC 9110, 13.1.1): so a repeated request ends as the first did.
 * Who expects it to be `absent` means to make it (13.1.2), and is refused whatever it is by now.
 */
export function reviseRead(
  current: Product | undefined,
  wish: ProductWish,
  expected: number | 'absent',
): Revised | Moved {
  const revised = revise(current, wish);
  if (expected === 'absent') {
    return current ? { kind: 'moved', revision: current.revision } : revised;
  }
  if (revised.kind === 'unchanged' || expected === current?.revision) return revised;
  return { kind: 'moved', revision: current?.revision };
}

const isSame = (a: Product, b: Product): boolean =>
  a.name === b.name &&
  a.unitPrice === b.unitPrice &&
  a.currency === b.currency &&
  a.status === b.status;
