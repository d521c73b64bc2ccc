import { allStatements } from './all-statements.js';
import type { Tx } from './database.js';
import { RetryableError } from './errors.js';

/** Another transaction has what this one has to wait for, and has not ended in time. */
export class StillLockedError extends RetryableError {
  override readonly name = 'StillLockedError';
}

const LOCK_NOT_AVAILABLE = '55P03';

/** @throws StillLockedError for what the server says when a lock was waited for too long */
export const asStillLocked = (error: unknown): never => {
  const isLocked = (error as { code?: unknown }).code === LOCK_NOT_AVAILABLE;
  throw isLocked ? new StillLockedError('a lock was not to be had', { cause: error }) : error;
};

/**
 * Runs one statement that waits for each of its locks at most so long; those after it wait as ever,
 * for another reason to wait is nobody's answer. A parameter, so that all waits are one statement.
 * @param waitMs undefined: as long as any statement may take
 */
export async function waitingAtMost<Result>(
  tx: Tx,
  waitMs: number | undefined,
  statement: () => Promise<Result>,
): Promise<Result> {
  if (waitMs === undefined) return statement();
  const limited = `select set_config('lock_timeout', $1, true)`;
  const before = tx.query(limited, [`${Math.max(1, Math.ceil(waitMs))}ms`]);
  const result = statement();
  await allStatements([before, result, tx.query(limited, ['0'])]).catch(asStillLocked);
  return result;
}
