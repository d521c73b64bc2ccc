/** What each command does to the shelf, and what it is answered. Pure. */
import { releaseStock, reserveStock, restockGoods, secureStock } from '#contracts';
import { refuse, succeed, type AdmittedCommand, type Answer } from '#participant';
import { effectOf } from './facts.js';
import { restock } from './goods-out.js';
import type { Line } from './lines.js';
import { release, reserve, secure, type Reservation } from './reservation.js';
import type { Shelf } from './shelf.js';
import type { StockFact } from './stock-fold.js';

export interface Handled {
  readonly answer: Answer;
  readonly facts: readonly StockFact[];
  /** What somebody else's saga has changed: to be reported to the one that reserved it. */
  readonly moved?: Reservation;
}

/**
 * As the contracts have it: `items`, `holdMs` and `preferredWarehouse` when reserving, `items` and
 * `returnId` when restocking.
 */
export interface InventoryPayload {
  readonly orderId: string;
  readonly returnId?: string;
  readonly items?: readonly Line[];
  readonly holdMs?: number;
  readonly preferredWarehouse?: string;
}

/** @param expiresAt of what is reserved now */
export function handleCommand(
  shelf: Shelf,
  command: Pick<AdmittedCommand<InventoryPayload>, 'name' | 'payload' | 'address'>,
  expiresAt: Date,
): Handled {
  switch (command.name) {
    case reserveStock.name:
      return handleReserve(shelf, command, expiresAt);
    case secureStock.name:
      return handleSecure(shelf, command.payload);
    case releaseStock.name:
      return handleRelease(shelf, command.payload);
    case restockGoods.name:
      return handleRestock(shelf, command.payload);
    default:
      throw new Error(`${command.name} is not handled here`);
  }
}

function handleReserve(
  shelf: Shelf,
  { payload, address }: Pick<AdmittedCommand<InventoryPayload>, 'payload' | 'address'>,
  expiresAt: Date,
): Handled {
  const { orderId, items = [], preferredWarehouse } = payload;
  const { sagaId, businessKey } = address;
  const current = shelf.reservationOf(orderId);
  const owner = { orderId, sagaId, businessKey };
  const request = { ...owner, lines: items, expiresAt, preferredWarehouse };
  const decision = reserve(shelf.rowsOf, current, request);
  switch (decision.kind) {
    case 'reserved': {
      const facts = shelf.apply(decision.change);
      return { answer: reserved(decision.change.reservation), facts };
    }
    case 'unchanged':
      return { answer: reserved(decision.reservation), facts: [] };
    case 'conflict': {
      const message = 'The order has reserved other lines already.';
      const reason = { code: 'already-reserved', message };
      const result = { shortages: [] };
      const effects = [effectOf(decision.reservation)];
      return { answer: refuse(INSUFFICIENT, result, reason, effects), facts: [] };
    }
    case 'insufficient': {
      const { shortages } = decision;
      const [first] = shortages;
      const message = `${first?.productId}: ${first?.requested} wanted, ${first?.available} available`;
      const reason = { code: 'insufficient-stock', message };
      const effects = current && [effectOf(current)];
      return {
        answer: refuse(INSUFFICIENT, { shortages }, reason, effects),
        facts: shelf.insufficient(orderId, shortages),
      };
    }
  }
}

const INSUFFICIENT = 'inventory.stock-insufficient';

function reserved(reservation: Reservation): Answer {
  const { expiresAt, lines: allocations } = reservation;
  const result = { expiresAt: expiresAt.toISOString(), allocations };
  return succeed('inventory.stock-reserved', result, [effectOf(reservation)]);
}

function handleSecure(shelf: Shelf, { orderId }: InventoryPayload): Handled {
  const current = shelf.reservationOf(orderId);
  const secured = secure(current);
  if (!secured) {
    const message = 'What was reserved for the order has been given back.';
    const reason = { code: 'reservation-expired', message };
    const effects = current && [effectOf(current)];
    return { answer: refuse('inventory.reservation-expired', {}, reason, effects), facts: [] };
  }
  shelf.keep(secured);
  return { answer: succeed('inventory.stock-secured', {}, [effectOf(secured)]), facts: [] };
}

/** Never refuses: nothing to give back is fine, unless it has left the shelf. */
function handleRelease(shelf: Shelf, { orderId }: InventoryPayload): Handled {
  const change = release(shelf.reservationOf(orderId));
  const facts = change ? shelf.apply(change) : [];
  const now = shelf.reservationOf(orderId);
  const effects = now && [effectOf(now)];
  return { answer: succeed('inventory.stock-released', {}, effects), facts };
}

/**
 * The pieces were taken by the order's saga, so they count in its ledger; the saga of the return has
 * taken nothing that would ever have to come back.
 */
function handleRestock(
  shelf: Shelf,
  { orderId, returnId = '', items = [] }: InventoryPayload,
): Handled {
  const wish = { orderId, returnId, lines: items };
  const change = restock(shelf.reservationOf(orderId), wish);
  const answer = succeed('inventory.goods-restocked', {});
  if (!change) return { answer, facts: [] };
  return { answer, facts: shelf.apply(change), moved: change.reservation };
}
