import type { CustomerStatus } from '#contracts';

/** Who buys, and how they are reached. */
export interface Customer {
  readonly customerId: string;
  readonly name: string;
  readonly email: string;
  readonly phone?: string;
  readonly locale?: string;
  readonly status: CustomerStatus;
  /** Of a blocked customer: why, in the words of whoever did it. */
  readonly blockReason?: string;
  /** Grows by one with each change. */
  readonly revision: number;
}

/** What somebody wants to be said of a customer. Whether they may order is said elsewhere. */
export type CustomerWish = Pick<Customer, 'customerId' | 'name' | 'email' | 'phone' | 'locale'>;

export interface Revised {
  readonly kind: 'created' | 'updated' | 'unchanged';
  readonly customer: Customer;
}

/** It is no longer as the caller has read it; nothing was done. */
export interface Moved {
  readonly kind: 'moved';
  /** The one it has now; undefined where there is no such customer. */
  readonly revision: number | undefined;
}

/** What the wish leaves out is gone, but for the block, which no new address lifts. */
export function revise(current: Customer | undefined, wish: CustomerWish): Revised {
  if (!current) return { kind: 'created', customer: { ...wish, status: 'active', revision: 1 } };
  const { status, blockReason } = current;
  return changed(current, { ...wish, status, ...(blockReason !== undefined && { blockReason }) });
}

/**
 * For who has read revision `expected`. A customer who is as wished already is left alone whatever
 * the revision (RFC 9110, 13.1.1): so a repeated request ends as the first did.
 * Who expects it to be `absent` means to make it (13.1.2), and is refused whatever it is by now.
 */
export function reviseRead(
  current: Customer | undefined,
  wish: CustomerWish,
  expected: number | 'absent',
): Revised | Moved {
  const revised = revise(current, wish);
  if (expected === 'absent') {
    return current ? { kind: 'moved', revision: current.revision } : revised;
  }
  if (revised.kind === 'unchanged' || expected === current?.revision) return revised;
  return { kind: 'moved', revision: current?.revision };
}

/** Another reason replaces the one there was. */
export const block = (current: Customer, blockReason: string): Revised =>
  changed(current, { ...current, status: 'blocked', blockReason });

export function unblock(current: Customer): Revised {
  const { blockReason: _, ...rest } = current;
  return changed(current, { ...rest, status: 'active' });
}

function changed(current: Customer, next: Omit<Customer, 'revision'>): Revised {
  const customer = { ...next, revision: current.revision + 1 };
  return isSame(current, customer)
    ? { kind: 'unchanged', customer: current }
    : { kind: 'updated', customer };
}

const isSame = (a: Customer, b: Customer): boolean =>
  a.name === b.name &&
  a.email === b.email &&
  a.phone === b.phone &&
  a.locale === b.locale &&
  a.status === b.status &&
  a.blockReason === b.blockReason;
