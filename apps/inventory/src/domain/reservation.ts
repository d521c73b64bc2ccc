/** What an order has put aside: all of its lines or none. Pure decisions, no clock, no database. */
import { allocate, type Shortage } from './allocate.js';
import { mergeLines, pieces, sameLines, type Allocation, type Line } from './lines.js';
import type { Move } from './stock-fold.js';
import type { ShelfRow } from './stock.js';

/**
 * - `held`: until `expiresAt`, when it expires by itself;
 * - `secured`: for good, the goods are on their way out;
 * - `issued`: they have left the shelf;
 * - `released`, `expired`: given back; the order may reserve anew.
 */
export type ReservationStatus = 'held' | 'secured' | 'issued' | 'released' | 'expired';

/** Whom to tell when it expires. */
export interface Owner {
  readonly sagaId: string;
  readonly businessKey: string;
}

export interface Reservation extends Owner {
  readonly orderId: string;
  readonly status: ReservationStatus;
  /** One a product and warehouse, in the order in which they were allocated. */
  readonly lines: readonly Allocation[];
  readonly expiresAt: Date;
  /** Pieces, added up over the order's whole life: it has `taken - returned` now. */
  readonly taken: number;
  readonly returned: number;
  readonly revision: number;
  /** Returns whose goods are back on the shelf, for good: each is put there once. */
  readonly restocked: readonly string[];
}

/** A change to make: the reservation as it is then, and what is to move on the shelf. */
export interface Change {
  readonly reservation: Reservation;
  readonly moves: readonly Move[];
}

export type ReserveDecision =
  | { readonly kind: 'reserved'; readonly change: Change }
  /** It has these very lines already. */
  | { readonly kind: 'unchanged'; readonly reservation: Reservation }
  /** It has other lines; one order has one reservation. */
  | { readonly kind: 'conflict'; readonly reservation: Reservation }
  | { readonly kind: 'insufficient'; readonly shortages: readonly Shortage[] };

export interface ReserveRequest extends Owner {
  readonly orderId: string;
  readonly lines: readonly Line[];
  readonly expiresAt: Date;
  readonly preferredWarehouse?: string | undefined;
}

type With<Status extends ReservationStatus> = Reservation & { readonly status: Status };

/** Its goods are put aside on the shelf. */
export const isActive = (
  reservation: Reservation | undefined,
): reservation is With<'held' | 'secured'> =>
  reservation?.status === 'held' || reservation?.status === 'secured';

/** The order has its goods: put aside, or gone out to it. */
export const hasGoods = (
  reservation: Reservation | undefined,
): reservation is With<'held' | 'secured' | 'issued'> =>
  isActive(reservation) || reservation?.status === 'issued';

export function reserve(
  rowsOf: (productId: string) => readonly ShelfRow[],
  current: Reservation | undefined,
  { orderId, sagaId, businessKey, expiresAt, ...request }: ReserveRequest,
): ReserveDecision {
  const lines = mergeLines(request.lines);
  if (hasGoods(current)) {
    const kind = sameLines(current.lines, lines) ? 'unchanged' : 'conflict';
    return { kind, reservation: current };
  }
  const allocated = allocate(lines, rowsOf, request.preferredWarehouse);
  if (allocated.kind === 'insufficient') return allocated;
  const { allocations } = allocated;
  const reservation: Reservation = {
    orderId,
    sagaId,
    businessKey,
    status: 'held',
    lines: allocations,
    expiresAt,
    taken: (current?.taken ?? 0) + pieces(lines),
    returned: current?.returned ?? 0,
    revision: (current?.revision ?? 0) + 1,
    restocked: current?.restocked ?? [],
  };
  return { kind: 'reserved', change: { reservation, moves: moves('reserved', allocations) } };
}

/**
 * Ends the expiry. A held one that is past its time still counts, as long as nobody has expired it:
 * its pieces have not been given to anybody else.
 * @returns undefined when there is nothing left to secure
 */
export function secure(current: Reservation | undefined): Reservation | undefined {
  if (!hasGoods(current)) return undefined;
  if (current.status !== 'held') return current;
  return { ...current, status: 'secured', revision: current.revision + 1 };
}

/**
 * @returns undefined when there is nothing to give back (any more)
 * @throws Error for what no saga sends: goods that have left cannot be put back by saying so. The
 *   command is then parked and a person looks at it.
 */
export function release(current: Reservation | undefined): Change | undefined {
  if (current?.status === 'issued') {
    throw new Error(`cannot release ${current.orderId}: its goods have left the shelf`);
  }
  return isActive(current) ? giveBack(current, 'released') : undefined;
}

/** @returns undefined when it is not held, or its time has not come */
export const expire = (current: Reservation, now: Date): Change | undefined =>
  current.status === 'held' && current.expiresAt <= now ? giveBack(current, 'expired') : undefined;

const giveBack = (current: Reservation, status: 'released' | 'expired'): Change => ({
  reservation: { ...current, status, returned: current.taken, revision: current.revision + 1 },
  moves: moves('released', current.lines),
});

export const moves = (kind: Move['kind'], allocations: readonly Allocation[]): Move[] =>
  allocations.map(({ productId, quantity, warehouseId }) => ({
    kind,
    productId,
    quantity,
    warehouseId,
  }));
