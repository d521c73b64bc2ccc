import { runtime } from './runtime.js';

/** The queue in front of the batcher is full; the caller should say so to its own caller. */
export class QueueFullError extends Error {
  constructor(readonly maxQueued: number) {
    super(`more than ${maxQueued} items are waiting`);
    this.name = 'QueueFullError';
  }
}

export interface BatcherOptions<T, R> {
  /** Most items of one run. */
  readonly maxItems: number;
  /** Most runs at the same time. */
  readonly maxConcurrent: number;
  /** Most items that wait for a run; one more is refused with `QueueFullError`. Default: 10,000. */
  readonly maxQueued?: number;
  /**
   * Lets groups grow before everything is busy: after a run of several items the next one begins
   * `ms` after that one did, or when `unlessWaiting` items wait. Who comes alone never waits, nor
   * does one after the other. Default: no pause.
   */
  readonly pause?: { readonly ms: number; readonly unlessWaiting: number };
  /** Handles the items together and answers one result an item, in the same order. */
  readonly run: (items: T[]) => Promise<R[]>;
  /**
   * Whether a failed run of several items is worth splitting to find the bad one. Say no for faults
   * that have nothing to do with the items (a lost connection). Default: always.
   */
  readonly bisect?: (error: unknown) => boolean;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Turns concurrent calls into grouped ones. When idle, a call waits only for the end of the current
 * turn of the event loop; under load, calls gather while earlier runs are in flight, so groups grow
 * with the load and nothing lingers.
 *
 * A failing run is split in halves until the items that fail stand alone; the others succeed. So
 * `run` must be all or nothing: what it threw for must not have happened.
 */
export class Batcher<T, R> {
  private readonly maxQueued: number;
  private queue: Waiting<T, R>[] = [];
  private running = 0;
  private scheduled = false;
  private pauseEndsMs = -Infinity;
  private cancelPause: (() => void) | undefined;
  private idle: (() => void)[] = [];

  constructor(private readonly options: BatcherOptions<T, R>) {
    if (options.maxItems < 1 || options.maxConcurrent < 1) {
      throw new RangeError('a batcher needs room for one item and one run');
    }
    this.maxQueued = options.maxQueued ?? 10_000;
  }

  /** Rejects with what `run` threw for this item, or with `QueueFullError`. */
  add(item: T): Promise<R> {
    if (this.queue.length >= this.maxQueued) {
      return Promise.reject(new QueueFullError(this.maxQueued));
    }
    return new Promise<R>((resolve, reject) => {
      this.queue.push({ item, resolve, reject });
      this.schedule();
    });
  }

  /** Items that wait for a run. */
  get queued(): number {
    return this.queue.length;
  }

  /** Resolves once nothing waits and nothing runs. */
  drain(): Promise<void> {
    if (this.running === 0 && this.queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  private schedule(): void {
    if (this.scheduled || this.running >= this.options.maxConcurrent || this.pauses()) return;
    this.scheduled = true;
    runtime.defer(() => {
      this.scheduled = false;
      this.start();
    });
  }

  /** Whether there is a pause now; when it ends it goes on by itself. */
  private pauses(): boolean {
    const leftMs = this.pauseEndsMs - runtime.monotonicMs();
    if (leftMs > 0 && this.queue.length < (this.options.pause?.unlessWaiting ?? 0)) {
      this.cancelPause ??= runtime.after(leftMs, () => {
        this.cancelPause = undefined;
        if (this.queue.length > 0) this.schedule();
      });
      return true;
    }
    this.cancelPause?.();
    this.cancelPause = undefined;
    return false;
  }

  private start(): void {
    const { maxConcurrent, maxItems, pause } = this.options;
    while (this.queue.length > 0 && this.running < maxConcurrent) {
      const group = this.queue.splice(0, maxItems);
      if (pause && group.length > 1) this.pauseEndsMs = runtime.monotonicMs() + pause.ms;
      this.running += 1;
      void this.settle(group).then(() => this.finished());
    }
  }

  private finished(): void {
    this.running -= 1;
    if (this.queue.length > 0) this.schedule();
    else if (this.running === 0) for (const resolve of this.idle.splice(0)) resolve();
  }

  /** Never rejects: every outcome goes to the callers of `add`. */
  private async settle(group: Waiting<T, R>[]): Promise<void> {
    try {
      const results = await this.options.run(group.map(({ item }) => item));
      if (results.length !== group.length) {
        throw new MiscountedRunError(results.length, group.length);
      }
      group.forEach(({ resolve }, index) => resolve(results[index] as R));
    } catch (error) {
      if (group.length === 1 || !this.worthSplitting(error)) {
        for (const { reject } of group) reject(error);
        return;
      }
      const middle = group.length >> 1;
      await this.settle(group.slice(0, middle));
      await this.settle(group.slice(middle));
    }
  }

  private worthSplitting(error: unknown): boolean {
    if (error instanceof MiscountedRunError) return false; // it has happened: never run it again
    return this.options.bisect?.(error) ?? true;
  }
}

class MiscountedRunError extends Error {
  constructor(results: number, items: number) {
    super(`a run answered ${results} results for ${items} items`);
  }
}
