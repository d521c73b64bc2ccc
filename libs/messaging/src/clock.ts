import { runtime } from '#platform';

/** Time as messaging's core sees it, so that a simulator can run the same code on its own time. */
export interface Clock {
  /** Milliseconds; only differences mean anything, and it never goes back. */
  now(): number;
  /** Calls `run` once after `delayMs`; the answer cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

/** Pending timers keep the process alive, as the work they stand for should. */
export const systemClock: Clock = {
  now: () => runtime.monotonicMs(),
  after: (delayMs, run) => runtime.after(delayMs, run),
};

export const sleep = (clock: Clock, delayMs: number): Promise<void> =>
  new Promise((resolve) => void clock.after(delayMs, resolve));

/** Calls `run` again and again, first after `intervalMs`; the answer ends it. */
export function every(clock: Clock, intervalMs: number, run: () => void): () => void {
  const next = (): void => {
    cancel = clock.after(intervalMs, next);
    run();
  };
  let cancel = clock.after(intervalMs, next);
  return () => cancel();
}

/** Resolves when the promise is settled, or after `delayMs`, whichever is first. Never rejects. */
export async function atMost(
  clock: Clock,
  delayMs: number,
  promise: Promise<unknown>,
): Promise<void> {
  let cancel = (): void => undefined;
  const timeout = new Promise<void>((resolve) => (cancel = clock.after(delayMs, resolve)));
  const settled = promise.then(
    () => undefined,
    () => undefined,
  );
  await Promise.race([settled, timeout]);
  cancel();
}

/** Doubles from `firstMs` up to `maxMs`. `attempt` counts from 1. */
export const backoffMs = (attempt: number, firstMs: number, maxMs: number): number =>
  Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 30));
