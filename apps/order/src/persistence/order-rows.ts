/** What the order service keeps, as its desks and its handler use it; a simulator brings its own. */
import type { Reason } from '#contracts';
import type { Tx } from '#messaging';
import type { Cards } from '../domain/another-card.js';
import {
  findEarlier,
  insertOrders,
  type EarlierRequest,
  type KeyedOrder,
} from './insert-orders.js';
import { lockCards, noteCancel, noteCard, noteDeclined, type Declined } from './note-request.js';
import { findStatus, type StandingOrder } from './read-orders.js';
import { lockOrders, updateOrders, type SettlingOrder } from './settle-orders.js';

export interface OrderRows {
  /**
   * Ids are taken once, and request keys once by each merchant.
   * @param waitMs for a transaction that is about to take one of them; default: as long as it takes
   * @returns the ids of the orders that were not there
   * @throws StillLockedError when that one has not ended by then
   */
  insertOrders(tx: Tx, orders: readonly KeyedOrder[], waitMs?: number): Promise<Set<string>>;
  /** Orders that were there before, by their own id or by the key of their request, of whatever merchant. */
  findEarlier(
    tx: Tx,
    orderIds: readonly string[],
    keys: readonly string[],
  ): Promise<EarlierRequest[]>;
  findStatus(tx: Tx, orderId: string): Promise<StandingOrder | undefined>;
  /** Locks in the order of the ids. */
  lockOrders(tx: Tx, orderIds: readonly string[]): Promise<Map<string, SettlingOrder>>;
  /** @param changes every state that a locked order has come to; each is an entry of its history */
  updateOrders(tx: Tx, changes: readonly SettlingOrder[], at: Date): Promise<void>;
  /** An entry of the history of an order that has not left, once. @throws StillLockedError */
  noteCancel(tx: Tx, orderId: string, reason: Reason, at: Date): Promise<void>;
  /** Locks the order, and counts its cards while it is pending. @throws StillLockedError */
  lockCards(tx: Tx, orderId: string): Promise<Cards | undefined>;
  /** An entry of the history of an order that is locked by this transaction. */
  noteCard(tx: Tx, orderId: string, at: Date): Promise<void>;
  /** An entry of the history of each order that is pending, and each revision of a payment once. */
  noteDeclined(tx: Tx, declined: readonly Declined[], at: Date): Promise<void>;
}

export const postgresOrderRows: OrderRows = {
  insertOrders,
  findEarlier,
  findStatus,
  lockOrders,
  updateOrders,
  noteCancel,
  lockCards,
  noteCard,
  noteDeclined,
};
