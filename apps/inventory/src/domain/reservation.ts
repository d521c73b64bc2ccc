/** What an order has put aside: all of its lines or none. Pure decisions, no clock, no database. */
import { available, type Stock } from './stock.js';

export interface Line {
  readonly productId: string;
  readonly quantity: number;
}

/**
 * - `held`: until `expiresAt`, when it expires by itself;
 * - `secured`: for good, the goods are on their way out;
 * - `released`, `expired`: given back; the order may reserve anew.
 */
export type ReservationStatus = 'held' | 'secured' | 'released' | 'expired';

/** Whom to tell when it expires. */
export interface Owner {
  readonly sagaId: string;
  readonly businessKey: string;
}

export interface Reservation extends Owner {
  readonly orderId: string;
  readonly status: ReservationStatus;
  /** One a product. */
  readonly lines: readonly Line[];
  readonly expiresAt: Date;
  /** Pieces, added up over the order's whole life: `taken - returned` are put aside now. */
  readonly taken: number;
  readonly returned: number;
  readonly revision: number;
  /** Returns whose goods are back on the shelf, for good: each is put there once. */
  readonly restocked: readonly string[];
}

export interface Shortage {
  readonly productId: string;
  readonly requested: number;
  readonly available: number;
}

/** A change to make: the reservation as it is then, and what is to move on the shelf. */
export interface Change {
  readonly reservation: Reservation;
  readonly reserve: readonly Line[];
  readonly release: readonly Line[];
}

export type ReserveDecision =
  | { readonly kind: 'reserved'; readonly change: Change }
  /** It holds these very lines already. */
  | { readonly kind: 'unchanged'; readonly reservation: Reservation }
  /** It holds other lines; one order has one reservation. */
  | { readonly kind: 'conflict'; readonly reservation: Reservation }
  | { readonly kind: 'insufficient'; readonly shortages: readonly Shortage[] };

export interface ReserveRequest extends Owner {
  readonly orderId: string;
  readonly lines: readonly Line[];
  readonly expiresAt: Date;
}

type ActiveReservation = Reservation & { readonly status: 'held' | 'secured' };

export const isActive = (reservation: Reservation | undefined): reservation is ActiveReservation =>
  reservation?.status === 'held' || reservation?.status === 'secured';

export const pieces = (lines: readonly Line[]): number =>
  lines.reduce((sum, { quantity }) => sum + quantity, 0);

/** One line a product, in the order of their first mention. */
export function mergeLines(lines: readonly Line[]): Line[] {
  const quantities = new Map<string, number>();
  for (const { productId, quantity } of lines) {
    quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  }
  return [...quantities].map(([productId, quantity]) => ({ productId, quantity }));
}

export function reserve(
  stockOf: (productId: string) => Stock | undefined,
  current: Reservation | undefined,
  { orderId, sagaId, businessKey, expiresAt, ...request }: ReserveRequest,
): ReserveDecision {
  const lines = mergeLines(request.lines);
  if (isActive(current)) {
    const kind = sameLines(current.lines, lines) ? 'unchanged' : 'conflict';
    return { kind, reservation: current };
  }
  const shortages = lines
    .map(({ productId, quantity }) => ({
      productId,
      requested: quantity,
      available: available(stockOf(productId)),
    }))
    .filter((line) => line.requested > line.available);
  if (shortages.length > 0) return { kind: 'insufficient', shortages };
  const reservation: Reservation = {
    orderId,
    sagaId,
    businessKey,
    status: 'held',
    lines,
    expiresAt,
    taken: (current?.taken ?? 0) + pieces(lines),
    returned: current?.returned ?? 0,
    revision: (current?.revision ?? 0) + 1,
    restocked: current?.restocked ?? [],
  };
  return { kind: 'reserved', change: { reservation, reserve: lines, release: [] } };
}

/**
 * Ends the expiry. A held one that is past its time still counts, as long as nobody has expired it:
 * its pieces have not been given to anybody else.
 * @returns undefined when there is nothing left to secure
 */
export function secure(current: Reservation | undefined): Reservation | undefined {
  if (!isActive(current)) return undefined;
  if (current.status === 'secured') return current;
  return { ...current, status: 'secured', revision: current.revision + 1 };
}

/** @returns undefined when there is nothing to give back (any more) */
export const release = (current: Reservation | undefined): Change | undefined =>
  isActive(current) ? giveBack(current, 'released') : undefined;

/** @returns undefined when it is not held, or its time has not come */
export const expire = (current: Reservation, now: Date): Change | undefined =>
  current.status === 'held' && current.expiresAt <= now ? giveBack(current, 'expired') : undefined;

export interface Restock {
  readonly orderId: string;
  readonly returnId: string;
  readonly lines: readonly Line[];
}

/**
 * Goods that were shipped have come back.
 * @returns undefined when this return is on the shelf already
 * @throws Error for what no saga sends: goods that the order's reservation does not hold (any more).
 *   The command is then parked and a person looks at it.
 */
export function restock(
  current: Reservation | undefined,
  { orderId, returnId, lines }: Restock,
): Change | undefined {
  if (current?.restocked.includes(returnId)) return undefined;
  if (current?.status !== 'secured') {
    const status = current?.status ?? 'not reserved';
    throw new Error(`cannot restock the return ${returnId}: the order ${orderId} is ${status}`);
  }
  const back = mergeLines(lines);
  const held = new Map(current.lines.map(({ productId, quantity }) => [productId, quantity]));
  for (const { productId, quantity } of back) {
    const left = (held.get(productId) ?? 0) - quantity;
    if (left < 0) {
      throw new Error(`the return ${returnId} holds ${-left} more of ${productId} than ${orderId}`);
    }
    held.set(productId, left);
  }
  const rest = [...held].flatMap(([productId, quantity]) =>
    quantity > 0 ? [{ productId, quantity }] : [],
  );
  return {
    reservation: {
      ...current,
      lines: rest,
      returned: current.returned + pieces(back),
      revision: current.revision + 1,
      restocked: [...current.restocked, returnId],
    },
    reserve: [],
    release: back,
  };
}

const giveBack = (current: Reservation, status: 'released' | 'expired'): Change => ({
  reservation: { ...current, status, returned: current.taken, revision: current.revision + 1 },
  reserve: [],
  release: current.lines,
});

function sameLines(some: readonly Line[], others: readonly Line[]): boolean {
  const quantities = new Map(some.map(({ productId, quantity }) => [productId, quantity]));
  return (
    some.length === others.length &&
    others.every(({ productId, quantity }) => quantities.get(productId) === quantity)
  );
}
