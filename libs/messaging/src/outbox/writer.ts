/** The epoch under which this process writes its outbox rows: opened when first needed. */
import type { MessagingLog } from '../log.js';
import type { EpochLeases, LeaseTimes } from './leases.js';
import type { OutboxStorage } from './ports.js';
import { EpochTracker } from './watermark.js';

export class OutboxWriter {
  #current: EpochTracker | undefined;
  #opening: Promise<EpochTracker> | undefined;

  constructor(
    private readonly owner: string,
    private readonly storage: Pick<OutboxStorage, 'openEpoch'>,
    private readonly leases: EpochLeases,
    private readonly times: LeaseTimes,
    private readonly log: MessagingLog,
  ) {}

  /**
   * The tracker to number rows with. A process that slept past its lease first finds out whether
   * somebody has taken its epoch over, which spares the next transaction the refusal.
   */
  async tracker(): Promise<EpochTracker> {
    if (this.#current !== undefined && !this.#current.retired && this.leases.isStale) {
      await this.leases.flush();
    }
    if (this.#current !== undefined && !this.#current.retired) return this.#current;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  get current(): EpochTracker | undefined {
    return this.#current;
  }

  async #open(): Promise<EpochTracker> {
    const epoch = await this.storage.openEpoch(this.owner, this.times.leaseMs);
    const tracker = new EpochTracker(epoch);
    if (this.#current !== undefined) {
      this.log.warn({ epoch, before: this.#current.epoch }, 'the outbox goes on with a new epoch');
    }
    this.#current = tracker;
    this.leases.add(tracker);
    return tracker;
  }
}
