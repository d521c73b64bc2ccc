/** Time as messaging's core sees it, so that a simulator can run the same code on its own time. */
export interface Clock {
  /** Milliseconds; only differences mean anything, and it never goes back. */
  now(): number;
  /** Calls `run` once after `delayMs`; the answer cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

/** Pending timers keep the process alive, as the work they stand for should. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

export const sleep = (clock: Clock, delayMs: number): Promise<void> =>
  new Promise((resolve) => void clock.after(delayMs, resolve));

/** Doubles from `firstMs` up to `maxMs`. `attempt` counts from 1. */
export const backoffMs = (attempt: number, firstMs: number, maxMs: number): number =>
  Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 30));
