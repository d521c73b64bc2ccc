/** Thrown by a handler or a store: nothing is wrong with the messages, try the whole batch again. */
export class RetryableError extends Error {
  override readonly name: string = 'RetryableError';
}

/**
 * The connection was lost while the commit was under way: it happened or it did not. Repeating the
 * work is right where the work recognises its own repetition, as message handlers must.
 */
export class CommitUnknownError extends RetryableError {
  override readonly name = 'CommitUnknownError';
}

/** Thrown by `UnitOfWork.publish`: no broker would take this event, so it must not enter the outbox. */
export class EventTooLargeError extends Error {
  override readonly name = 'EventTooLargeError';
}

/** Thrown by a broker: it takes no request of so many messages; fewer of them may pass. */
export class RequestTooLargeError extends Error {
  override readonly name = 'RequestTooLargeError';
}

/** By its shape: an error may come from another realm, as Node's own do where tests run in one. */
const isError = (thrown: unknown): thrown is Error =>
  typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'stack' in thrown;

export const asError = (thrown: unknown): Error =>
  isError(thrown) ? thrown : new Error(String(thrown));

/**
 * SQLSTATEs after which the same transaction may succeed. Not among them: what a message's content
 * can cause (constraint, data and syntax errors), for that must be found by bisecting.
 */
const TRANSIENT_SQLSTATES = [
  /^08/, // connection
  /^40/, // serialization failure, deadlock
  /^53/, // disk full, out of memory, too many connections
  /^57/, // cancelled by a timeout, server shutting down or starting
  /^58/, // I/O errors of the server
  /^55P03$/, // lock not available
  /^25P0[34]$/, // the server ended a transaction that took too long
  /^25006$/, // read-only: the connection leads to a server that is no longer the primary
];

const TRANSIENT_SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** pg gives its own connection errors no code, so they are known by their words. */
const TRANSIENT_MESSAGE =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed and is not queryable|Cannot use a pool after calling end)/;

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** The five characters by which the server names an error; undefined for all other errors. */
export const sqlStateOf = (error: unknown): string | undefined => {
  if (!isError(error)) return undefined;
  const code = 'code' in error ? error.code : undefined;
  const isServerError = 'severity' in error && typeof code === 'string' && SQLSTATE.test(code);
  return isServerError ? code : undefined;
};

/** Whether the same work, done again a little later, may well succeed. */
export const isTransient = (error: unknown): boolean => {
  if (error instanceof RetryableError) return true;
  if (!isError(error)) return false;
  const sqlState = sqlStateOf(error);
  if (sqlState !== undefined) return TRANSIENT_SQLSTATES.some((state) => state.test(sqlState));
  if ('code' in error && TRANSIENT_SYSTEM_CODES.has(String(error.code))) return true;
  if (TRANSIENT_MESSAGE.test(error.message)) return true;
  // TypeORM and others wrap what the driver threw.
  const inner = 'driverError' in error ? error.driverError : error.cause;
  return inner !== undefined && inner !== error && isTransient(inner);
};
