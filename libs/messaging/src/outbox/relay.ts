/**
 * Takes over the events of writers that died, or lost track of a commit: closes their epoch, so that
 * nothing can be added any more, and has the rows above their watermark published. Every process
 * looks around for such epochs; whoever claims the lease does the work.
 */
import type { Clock } from '../clock.js';
import { crashPoint } from '../crash-point.js';
import { asError } from '../errors.js';
import type { MessagingLog } from '../log.js';
import type { EpochLeases, LeaseTimes } from './leases.js';
import type { ClaimedEpoch, OutboxStorage } from './ports.js';
import type { OutboxPublisher } from './publisher.js';
import { EpochTracker } from './watermark.js';

export interface RelayPorts {
  readonly storage: Pick<OutboxStorage, 'claimExpired' | 'close' | 'drain'>;
  readonly leases: EpochLeases;
  readonly publisher: OutboxPublisher;
  readonly clock: Clock;
  readonly log: MessagingLog;
}

export class OutboxRelay {
  #cancelTimer: (() => void) | undefined;
  #polling: Promise<void> | undefined;
  #stopped = false;

  constructor(
    private readonly ports: RelayPorts,
    private readonly times: LeaseTimes,
  ) {}

  start(): void {
    void this.poll();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    await this.#polling;
  }

  /** Looks around now, then again and again. Never rejects. */
  poll(): Promise<void> {
    this.#polling ??= this.#takeOver()
      .catch((error: unknown) =>
        this.ports.log.warn({ err: asError(error) }, 'cannot look for abandoned outbox rows'),
      )
      .then(() => {
        this.#polling = undefined;
        this.#cancelTimer?.();
        if (this.#stopped) return;
        const delayMs = this.times.leaseMs / 2;
        this.#cancelTimer = this.ports.clock.after(delayMs, () => void this.poll());
      });
    return this.#polling;
  }

  async #takeOver(): Promise<void> {
    if (this.#stopped) return;
    const claimed = await this.ports.storage.claimExpired(this.times.leaseMs);
    for (const epoch of claimed) {
      // Our own, when we were late to renew it: now it is renewed.
      if (!this.ports.leases.has(epoch.epoch)) await this.#adopt(epoch);
    }
  }

  async #adopt({ epoch, publishedUpTo }: ClaimedEpoch): Promise<void> {
    const { storage, leases, publisher, clock, log } = this.ports;
    const lastSeq = await storage.close(epoch, publishedUpTo);
    crashPoint('outbox.after-close');
    if (lastSeq <= publishedUpTo) {
      await storage.drain(epoch, publishedUpTo);
      return;
    }
    log.info(
      { epoch, above: publishedUpTo, upTo: lastSeq },
      'publishing for a writer that is gone',
    );
    const nowMs = clock.now();
    const tracker = new EpochTracker(epoch, true, { publishedUpTo, lastSeq, nowMs });
    leases.add(tracker);
    publisher.adopt(tracker);
  }
}
