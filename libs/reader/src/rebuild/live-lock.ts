/** Keeps what is live still while its successor takes its place. */
import type { Tx, UnitOfWork } from '#messaging';

const KEY = `hashtext('rebuild')`;

/**
 * For each transaction that writes a rebuildable table, before it reads or writes any. Transactions
 * pass each other; a rebuild that ends waits for them, and they wait while it does.
 */
export const besideRebuild = (unit: Pick<UnitOfWork, 'tx' | 'beforeCommit'>): void =>
  unit.beforeCommit(unit.tx.query(`select pg_advisory_xact_lock_shared(${KEY})`));

/** Until the end of the transaction nobody else writes. */
export const holdLive = (tx: Tx): Promise<unknown> =>
  tx.query(`select pg_advisory_xact_lock(${KEY})`);
