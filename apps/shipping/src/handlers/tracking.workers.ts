import { EffectWorkers, NotNowError, asNotNow } from '#participant';
import { Batcher, backoffMs } from '#platform';
import { FeedReader, type FeedReaderParts } from './feed-reader.js';
import type { WorkersParts } from './shipping.workers.js';

export type TrackingWorkersParts = WorkersParts<'TRACKING_POLL_MS'> & FeedReaderParts;

/** There is one feed, and so one subject: all replicas together read it one at a time. */
const FEED = 'carrier';
/** A run reads on while there is more; then another replica may. */
const MAX_PAGES = 4;
/** A call a page, and what is written of it. */
const LEASE_CALLS = 4 * MAX_PAGES;

/** Has the feed read again and again, by one replica at a time, and now when there is news. */
export class TrackingWorkers {
  private readonly workers: EffectWorkers<void>;
  /** Whatever wakes it at the same time wakes it once. */
  private readonly wakes: Batcher<undefined, undefined>;

  constructor(parts: TrackingWorkersParts) {
    const { database, outbox, settings, log, pollMs, store } = parts;
    const reader = new FeedReader(parts);
    const backoff = {
      baseMs: settings.OUTBOUND_BACKOFF_MS,
      maxMs: settings.OUTBOUND_BACKOFF_MAX_MS,
    };
    this.workers = new EffectWorkers<void>({
      database,
      outbox,
      log,
      pollMs: pollMs ?? settings.TRACKING_POLL_MS,
      ...(store && { store }),
      name: 'tracking',
      concurrency: 1,
      leaseMs: settings.OUTBOUND_TIMEOUT_MS * LEASE_CALLS,
      maxAttempts: Infinity,
      backoff: (attempts) => backoffMs(backoff, attempts),
      execute: async (_feed, { attempt, signal }) => {
        const more = await readOn(reader, signal).catch(asNotNow);
        // What failed before is forgotten, or the pauses would go on growing.
        if (attempt > 1) await this.wake();
        throw new AllReadError(more ? 0 : settings.TRACKING_POLL_MS);
      },
      record: () => Promise.resolve(),
      failed: () => Promise.resolve(),
    });
    this.wakes = new Batcher({
      maxItems: 1_000,
      maxConcurrent: 1,
      run: async (wakes: undefined[]) => {
        await outbox.transaction((unit) => this.workers.want(unit, [FEED]));
        return wakes;
      },
    });
  }

  /**
   * Has the feed read now, by whichever replica may. Resolves when that is certain to happen.
   * @throws QueueFullError when too many wait for that already
   */
  async wake(): Promise<void> {
    await this.wakes.add(undefined);
  }

  start(): void {
    this.workers.start();
  }

  stop(): Promise<void> {
    return this.workers.stop();
  }

  onApplicationBootstrap(): void {
    this.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.stop();
  }
}

/** Reading a feed is no failure, and never done. */
class AllReadError extends NotNowError {
  constructor(retryAfterMs: number) {
    super('all that was told is read', retryAfterMs);
  }
}

/** @returns whether there is more */
async function readOn(reader: FeedReader, signal: AbortSignal): Promise<boolean> {
  for (let page = 0; page < MAX_PAGES; page += 1) {
    signal.throwIfAborted();
    if (!(await reader.readPage())) return false;
  }
  return true;
}
