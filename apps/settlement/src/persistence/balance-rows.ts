/** What settlement keeps of balances and holds, as its handler uses it; a simulator brings its own. */
import type { Tx } from '#messaging';
import type { Balance, Hold, Share } from '../domain/balance.js';
import type { HoldChange } from '../domain/till.js';
import { lockBalances, lockHolds, sumsOfDay } from './lock-balances.js';
import { saveHolds, updateBalances } from './save-balances.js';

export interface BalanceRows {
  /** In the order of the ids; withdrawals that hold nothing are missing. */
  lockHolds(tx: Tx, withdrawalIds: readonly string[]): Promise<Hold[]>;
  /** In the order of merchant and currency; those that nothing was ever settled to are missing. */
  lockBalances(tx: Tx, shares: readonly Share[]): Promise<Balance[]>;
  /** What is held of each balance, or drawn, of one UTC day (YYYY-MM-DD); minor units. */
  sumsOfDay(
    tx: Tx,
    shares: readonly Share[],
    day: string,
  ): Promise<(Share & { readonly amount: number })[]>;
  updateBalances(tx: Tx, balances: readonly Balance[]): Promise<void>;
  /** @throws RetryableError when one of them was written by somebody else meanwhile */
  saveHolds(tx: Tx, changes: readonly HoldChange[]): Promise<void>;
}

export const postgresBalanceRows: BalanceRows = {
  lockHolds,
  lockBalances,
  sumsOfDay,
  updateBalances,
  saveHolds,
};
