/** Waits for the sagas of accepted orders. */
export interface Backlog {
  /** Orders whose saga was not over at the first look after the window. */
  readonly orders: number;
  /** From the end of the window until all sagas were seen to be over, or the wait was given up. */
  readonly seconds: number;
  /** Sagas that were not over then: the wait was given up. */
  readonly left: number;
}

export interface BacklogOptions {
  /** How many sagas there are. */
  readonly orders: number;
  /** How many of them are over. */
  readonly ended: () => Promise<number>;
  /** When the window ended, on the clock of `now`. */
  readonly sinceMs: number;
  readonly withinMs: number;
  readonly show: (text: string) => void;
  readonly signal: AbortSignal;
  /** Milliseconds from anywhere. */
  readonly now?: () => number;
  readonly pause?: () => Promise<void>;
}

const LOOK_EVERY_MS = 500;

/** Resolves also when they do not end in time; the result says so. */
export async function waitForBacklog(options: BacklogOptions): Promise<Backlog> {
  const { orders, ended, sinceMs, withinMs, show, signal } = options;
  const { now = () => performance.now(), pause = pauseBetweenLooks } = options;
  let first: number | undefined;
  for (;;) {
    const left = orders - (await ended());
    first ??= left;
    const spentMs = now() - sinceMs;
    const backlog = { orders: first, seconds: spentMs / 1000, left };
    if (left <= 0 || spentMs >= withinMs || signal.aborted) return backlog;
    show(progressOf(backlog));
    await pause();
  }
}

function progressOf({ orders, seconds, left }: Backlog): string {
  const rate = (orders - left) / seconds;
  const rest = rate > 0 ? `, about ${Math.ceil(left / rate)} s more` : '';
  return `${left} of ${orders} sagas to go after ${Math.round(seconds)} s${rest}`;
}

const pauseBetweenLooks = (): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
