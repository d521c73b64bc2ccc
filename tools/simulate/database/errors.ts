/** Errors as the driver of Postgres gives them: known by their SQLSTATE, or by their words. */

export const sqlError = (code: string, message: string): Error =>
  Object.assign(new Error(message), { code, severity: 'ERROR' });

const CHECK_VIOLATION = '23514';

export const serializationFailure = (): Error =>
  sqlError('40001', 'could not serialize access due to concurrent update');
export const deadlockDetected = (): Error => sqlError('40P01', 'deadlock detected');
export const uniqueViolation = (key: string): Error =>
  sqlError('23505', `duplicate key value violates unique constraint: ${key}`);
export const checkViolation = (what: string): Error =>
  sqlError(CHECK_VIOLATION, `new row violates check constraint: ${what}`);
/** No code of ours may want to write what a table does not take. */
export const isCheckViolation = (thrown: unknown): thrown is Error =>
  thrown instanceof Error && 'code' in thrown && thrown.code === CHECK_VIOLATION;
export const cardinalityViolation = (): Error =>
  sqlError('21000', 'ON CONFLICT DO UPDATE command cannot affect row a second time');
export const lockNotAvailable = (): Error =>
  sqlError('55P03', 'canceling statement due to lock timeout');
export const abortedTransaction = (): Error =>
  sqlError('25P02', 'current transaction is aborted, commands ignored until end of block');

/** What `pg` says when the server is gone in the middle of something. */
export const connectionLost = (): Error => new Error('Connection terminated unexpectedly');
/** What Node says when there is nobody to connect to. */
export const connectionRefused = (): Error =>
  Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
