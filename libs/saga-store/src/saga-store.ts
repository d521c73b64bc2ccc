/** What the engine and its timers need of the database; a simulator brings its own. */
import type { Tx } from '#messaging';
import { appendHistory, type HistoryRow } from './history.js';
import { lockInstances, type Locked, type LockRequest } from './lock-instances.js';
import { saveInstances, type InstanceChange } from './save-instances.js';
import { claimTicks, ensureTickRows, ticksHandled, type DueTick } from './timers.js';

export interface SagaStore {
  /** Reads and locks the instances that exist of those that are asked for, with those that are due. */
  lockInstances(tx: Tx, request: LockRequest): Promise<Locked>;
  /** @throws RetryableError when another replica has moved one of them; nothing is half-written */
  saveInstances(tx: Tx, changes: readonly InstanceChange[]): Promise<void>;
  appendHistory(tx: Tx, rows: readonly HistoryRow[]): Promise<void>;
  /** Partitions with due timers and no tick on its way; they count as ticked from now on. */
  claimTicks(tx: Tx): Promise<readonly DueTick[]>;
  ensureTickRows(tx: Tx, partitions: number): Promise<void>;
  /** Their ticks have been read; timers that became due since may be ticked for. */
  ticksHandled(tx: Tx, partitions: readonly number[]): Promise<void>;
}

export const postgresSagaStore: SagaStore = {
  lockInstances,
  saveInstances,
  appendHistory,
  claimTicks,
  ensureTickRows,
  ticksHandled,
};
