/** Goods that leave the shelf for good, and goods that come back. Pure, as all about reservations. */
import { mergeLines, pieces, type Allocation, type Line } from './lines.js';
import { isActive, moves, type Change, type Reservation } from './reservation.js';

export type Issued =
  | { readonly kind: 'issued'; readonly change: Change }
  /** They had left before. */
  | { readonly kind: 'repeated' }
  /** The order never put anything aside, or has given it back: its goods are not ours to book out. */
  | { readonly kind: 'unknown' | 'given-back' };

/**
 * What an order has put aside is in somebody else's hands. That of a reservation which nobody secured
 * has left as well: what counts is that it is gone.
 */
export function issue(current: Reservation | undefined): Issued {
  if (!current) return { kind: 'unknown' };
  if (current.status === 'issued') return { kind: 'repeated' };
  if (!isActive(current)) return { kind: 'given-back' };
  const reservation = { ...current, status: 'issued' as const, revision: current.revision + 1 };
  return { kind: 'issued', change: { reservation, moves: moves('issued', current.lines) } };
}

export interface Restock {
  readonly orderId: string;
  readonly returnId: string;
  readonly lines: readonly Line[];
}

/**
 * Goods that were shipped have come back, to where they came from: of a line that several warehouses
 * gave, to the first of them first. Where it was not heard yet that they had left, they are put aside
 * no more; the rest leaves when it is heard, and the sum is the same.
 * @returns undefined when this return is on the shelf already
 * @throws Error for what no saga sends: goods that the order does not have (any more). The command is
 *   then parked and a person looks at it.
 */
export function restock(
  current: Reservation | undefined,
  { orderId, returnId, lines }: Restock,
): Change | undefined {
  if (current?.restocked.includes(returnId)) return undefined;
  if (current?.status !== 'secured' && current?.status !== 'issued') {
    const status = current?.status ?? 'not reserved';
    throw new Error(`cannot restock the return ${returnId}: the order ${orderId} is ${status}`);
  }
  const { back, rest, missing } = takeBack(current.lines, mergeLines(lines));
  const [first] = missing;
  if (first) {
    const { quantity, productId } = first;
    throw new Error(
      `the return ${returnId} holds ${quantity} more of ${productId} than ${orderId}`,
    );
  }
  return {
    reservation: {
      ...current,
      lines: rest,
      returned: current.returned + pieces(back),
      revision: current.revision + 1,
      restocked: [...current.restocked, returnId],
    },
    moves: moves(current.status === 'issued' ? 'received' : 'released', back),
  };
}

/** @param lines one a product */
function takeBack(allocations: readonly Allocation[], lines: readonly Line[]) {
  const wanted = new Map(lines.map(({ productId, quantity }) => [productId, quantity]));
  const back: Allocation[] = [];
  const rest: Allocation[] = [];
  for (const allocation of allocations) {
    const { productId, quantity } = allocation;
    const part = Math.min(quantity, wanted.get(productId) ?? 0);
    if (part > 0) {
      back.push({ ...allocation, quantity: part });
      wanted.set(productId, (wanted.get(productId) ?? 0) - part);
    }
    if (part < quantity) rest.push({ ...allocation, quantity: quantity - part });
  }
  const missing = [...wanted].flatMap(([productId, quantity]): Line[] =>
    quantity > 0 ? [{ productId, quantity }] : [],
  );
  return { back, rest, missing };
}
