/**
 * Cures the idle cost of kafkajs 2.2.4, whose request queue wakes up for nothing: it re-arms a timer
 * of 1 ms for ever on every connection, and looks for overdue requests ten times a second. An idle
 * service took 44 ms of CPU a second for that, now 4.
 *
 * The class is not public. When it is not where it was, everything stays as it is.
 */
import { createRequire } from 'node:module';

export interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly inflight: ReadonlyMap<
    number,
    { sentAt: number; requestTimeout: number; timeoutRequest(): void }
  >;
  readonly enforceRequestTimeout: boolean;
  requestTimeoutIntervalId?: NodeJS.Timeout;
  isConnected(): boolean;
  destroy(): void;
  scheduleCheckPendingRequests(): void;
  scheduleRequestTimeoutCheck(): void;
}

/** Requests are given several seconds; a second more or less makes no difference. */
const OVERDUE_CHECK_MS = 1_000;
const CURED = Symbol('cured');

/** @returns whether the queue is cured, now or before */
export function cureRequestQueue(): boolean {
  const prototype = requestQueueClass()?.prototype;
  if (typeof prototype?.scheduleCheckPendingRequests !== 'function') return false;
  if (CURED in prototype) return true;
  const schedule = prototype.scheduleCheckPendingRequests;
  // A request that has to wait schedules a check when it is queued; without one there is no need.
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this);
  };
  prototype.scheduleRequestTimeoutCheck = checkOverdue;
  Object.defineProperty(prototype, CURED, { value: true });
  return true;
}

function checkOverdue(this: RequestQueue): void {
  if (!this.enforceRequestTimeout) return;
  this.destroy();
  this.requestTimeoutIntervalId = setInterval(() => {
    for (const request of this.inflight.values()) {
      if (Date.now() - request.sentAt > request.requestTimeout) request.timeoutRequest();
    }
    if (!this.isConnected()) this.destroy();
  }, OVERDUE_CHECK_MS);
}

type RequestQueueClass = { readonly prototype: RequestQueue } & (new (
  options: object,
) => RequestQueue);

export function requestQueueClass(): RequestQueueClass | undefined {
  try {
    const load = createRequire(import.meta.url);
    return load('kafkajs/src/network/requestQueue/index.js') as RequestQueueClass;
  } catch {
    return undefined;
  }
}
