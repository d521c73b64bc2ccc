/**
 * Keeps the leases and watermarks of all epochs this process answers for: its own, and those it has
 * taken over. One statement for all of them, a few times a second while something moves, otherwise
 * only to keep the leases.
 */
import type { Clock } from '../clock.js';
import { crashPoint } from '../crash-point.js';
import { asError } from '../errors.js';
import type { MessagingLog } from '../log.js';
import type { OutboxStorage, Progress, WatermarkUpdate } from './ports.js';
import type { EpochTracker } from './watermark.js';

export interface LeaseTimes {
  /**
   * Unrenewed this long, an epoch is taken over. Short, because a takeover by mistake costs only
   * duplicates, while a dead writer's events wait for it.
   */
  readonly leaseMs: number;
  /** A moved watermark is written at most this much later. */
  readonly flushMs: number;
}

export const DEFAULT_LEASE_TIMES: LeaseTimes = { leaseMs: 5_000, flushMs: 250 };

export interface LeasePorts {
  readonly storage: Pick<OutboxStorage, 'renew' | 'drain' | 'release'>;
  readonly clock: Clock;
  readonly log: MessagingLog;
  readonly takeProgress: (tracker: EpochTracker) => Progress;
  /** An epoch was given up and can be taken over by anybody, this process included. */
  readonly onRelease: () => void;
}

export class EpochLeases {
  readonly #trackers = new Set<EpochTracker>();
  #renewedAtMs = -Infinity;
  #flushing: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #timerDueMs = Infinity;
  #stopped = false;

  constructor(
    private readonly ports: LeasePorts,
    private readonly times: LeaseTimes,
  ) {}

  /** From now on its lease is kept; it must have one. */
  add(tracker: EpochTracker): void {
    if (this.#trackers.size === 0) this.#renewedAtMs = this.ports.clock.now();
    this.#trackers.add(tracker);
    this.#schedule(this.times.leaseMs / 3);
  }

  has(epoch: string): boolean {
    for (const tracker of this.#trackers) if (tracker.epoch === epoch) return true;
    return false;
  }

  get trackers(): Iterable<EpochTracker> {
    return this.#trackers;
  }

  /** Watermarks may have moved. */
  touch(): void {
    if (this.#trackers.size > 0) this.#schedule(this.times.flushMs);
  }

  /** This process may have slept past its leases: look before relying on them. */
  get isStale(): boolean {
    return this.ports.clock.now() - this.#renewedAtMs > this.times.leaseMs;
  }

  /** Writes watermarks and renews leases now; one at a time. Rejects when the database does. */
  flush(): Promise<void> {
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
  }

  /** Forgets it, giving its lease up. */
  async release(tracker: EpochTracker): Promise<void> {
    await this.ports.storage.release(tracker.epoch);
    this.#trackers.delete(tracker);
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return;
    const dueMs = this.ports.clock.now() + delayMs;
    if (dueMs >= this.#timerDueMs) return;
    this.#cancelTimer?.();
    this.#timerDueMs = dueMs;
    this.#cancelTimer = this.ports.clock.after(delayMs, () => {
      this.#timerDueMs = Infinity;
      void this.flush()
        .catch((error: unknown) =>
          this.ports.log.warn({ err: asError(error) }, 'cannot renew the outbox lease'),
        )
        .then(() => {
          if (this.#trackers.size > 0) this.#schedule(this.times.leaseMs / 3);
        });
    });
  }

  async #flush(): Promise<void> {
    const trackers = [...this.#trackers];
    if (trackers.length === 0) return;
    const startedMs = this.ports.clock.now();
    const updates: WatermarkUpdate[] = trackers.map((tracker) => ({
      epoch: tracker.epoch,
      ...this.ports.takeProgress(tracker),
    }));
    crashPoint('outbox.before-watermark');
    const states = await this.ports.storage.renew(updates, this.times.leaseMs);
    crashPoint('outbox.after-watermark');
    this.#renewedAtMs = startedMs;
    for (const [index, tracker] of trackers.entries()) {
      const state = states.find(({ epoch }) => epoch === tracker.epoch);
      const publishedUpTo = updates[index]?.publishedUpTo ?? 0;
      await this.#settle(tracker, state?.closed, publishedUpTo);
    }
  }

  /** `closed`: undefined when the epoch is over. */
  async #settle(
    tracker: EpochTracker,
    closed: boolean | undefined,
    publishedUpTo: number,
  ): Promise<void> {
    if (closed === undefined) {
      // Somebody else has published all of it. What this process still sends of it are duplicates.
      tracker.retired = true;
      this.#trackers.delete(tracker);
    } else if (tracker.adopted) {
      if (!tracker.isIdle || tracker.watermark !== publishedUpTo) return;
      await this.ports.storage.drain(tracker.epoch, publishedUpTo);
      this.#trackers.delete(tracker);
    } else if (closed) {
      tracker.retired = true;
      // Its taker publishes the rest and keeps the lease. Ours goes on until our queue is empty.
      if (tracker.isIdle) this.#trackers.delete(tracker);
    } else if (tracker.retired && tracker.isIdle) {
      await this.release(tracker);
      this.ports.onRelease();
    }
  }
}
