/** The same thing again and again, by several at a time, for so long. */

export interface Loop {
  readonly workers: number;
  readonly windowMs: number;
  /** Resolves with how many units of work it has done. */
  readonly once: (worker: number) => Promise<number>;
  readonly onWindow: (edge: 'opened' | 'closed') => void;
  readonly signal: AbortSignal;
  /** Milliseconds from anywhere; default: the machine's. */
  readonly now?: () => number;
}

export interface Done {
  readonly units: number;
  readonly seconds: number;
}

/** Before the window, as a share of it. */
const WARM_UP = 0.25;

export async function closedLoop(loop: Loop): Promise<Done> {
  const { now = () => performance.now(), windowMs, signal } = loop;
  const opensMs = now() + windowMs * WARM_UP;
  let openedMs = Infinity;
  let units = 0;
  const work = async (worker: number): Promise<void> => {
    while (now() < openedMs + windowMs && !signal.aborted) {
      const done = await loop.once(worker);
      if (openedMs !== Infinity) units += done;
      else if (now() >= opensMs) {
        openedMs = now();
        loop.onWindow('opened');
      }
    }
  };
  await Promise.all(Array.from({ length: loop.workers }, (_, worker) => work(worker)));
  const seconds = (now() - openedMs) / 1_000;
  loop.onWindow('closed');
  signal.throwIfAborted();
  return { units, seconds };
}
