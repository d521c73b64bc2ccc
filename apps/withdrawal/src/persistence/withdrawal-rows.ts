/** What the withdrawal service keeps, as its desks and workers use it; a simulator brings its own. */
import type { Tx } from '#messaging';
import { findWithdrawals, lockWithdrawals } from './find-withdrawals.js';
import { findByKeys, insertWithdrawals, type KeyedWithdrawal } from './insert-withdrawals.js';
import { findMerchants, type KnownMerchant } from './known-merchants.js';
import { updateWithdrawals } from './update-withdrawals.js';
import type { StoredWithdrawal } from './withdrawal-row.js';

export interface WithdrawalRows {
  /** By id; those who are not known are missing. */
  findMerchants(tx: Tx, merchantIds: readonly string[]): Promise<Map<string, KnownMerchant>>;
  /** By the keys of their requests; those that nobody has used are missing. */
  findByKeys(tx: Tx, keys: readonly string[]): Promise<Map<string, KeyedWithdrawal>>;
  /**
   * @param waitMs for a transaction that is about to take one of the keys; default: as long as it takes
   * @returns the ids of those whose key was free
   * @throws StillLockedError when that one has not ended by then
   */
  insertWithdrawals(
    tx: Tx,
    asked: readonly KeyedWithdrawal[],
    waitMs?: number,
  ): Promise<Set<string>>;
  /** By id; unknown ones are missing. */
  findWithdrawals(tx: Tx, withdrawalIds: readonly string[]): Promise<Map<string, StoredWithdrawal>>;
  /** The same, locked in the order of their ids. */
  lockWithdrawals(tx: Tx, withdrawalIds: readonly string[]): Promise<Map<string, StoredWithdrawal>>;
  /** Writes what can change of withdrawals that are locked. */
  updateWithdrawals(tx: Tx, withdrawals: readonly StoredWithdrawal[], at: Date): Promise<void>;
}

export const postgresWithdrawalRows: WithdrawalRows = {
  findMerchants,
  findByKeys,
  insertWithdrawals,
  findWithdrawals,
  lockWithdrawals,
  updateWithdrawals,
};
