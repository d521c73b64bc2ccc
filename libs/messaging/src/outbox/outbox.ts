import { systemClock, type Clock } from '../clock.js';
import { crashPoint } from '../crash-point.js';
import type { Tx } from '../database.js';
import { asError, CommitUnknownError, RetryableError } from '../errors.js';
import type { MessagingLog } from '../log.js';
import type { AskedPosition, UnitOfWork } from '../unit-of-work.js';
import { DEFAULT_LEASE_TIMES, EpochLeases, type LeaseTimes } from './leases.js';
import type { MessagePublisher, OutboxStorage, StoredMessage } from './ports.js';
import { DEFAULT_PUBLISHER_LIMITS, OutboxPublisher, type PublisherLimits } from './publisher.js';
import { OutboxRelay } from './relay.js';
import { OutboxUnit } from './unit.js';
import { OutboxWriter } from './writer.js';

export interface OutboxOptions {
  /** Shown in `outbox_writer`, for people: service, host, process. */
  readonly owner: string;
  readonly storage: OutboxStorage;
  readonly broker: MessagePublisher;
  readonly log: MessagingLog;
  readonly clock?: Clock;
  readonly times?: LeaseTimes;
  readonly limits?: PublisherLimits;
  /** Told of each transaction's events once they are committed; must not throw. */
  readonly observe?: (rows: readonly StoredMessage[]) => void;
}

/** Transactions whose events are published after their commit. */
export class Outbox {
  readonly #storage: OutboxStorage;
  readonly #log: MessagingLog;
  readonly #publisher: OutboxPublisher;
  readonly #leases: EpochLeases;
  readonly #writer: OutboxWriter;
  readonly #relay: OutboxRelay;
  readonly #clock: Clock;
  readonly #observe: OutboxOptions['observe'];
  #openUnits = 0;
  #stopping = false;
  #onChange: (() => void) | undefined;

  constructor({ owner, storage, broker, log, ...options }: OutboxOptions) {
    const clock = options.clock ?? systemClock;
    const times = options.times ?? DEFAULT_LEASE_TIMES;
    const limits = options.limits ?? DEFAULT_PUBLISHER_LIMITS;
    const ports = { storage, clock, log };
    const onProgress = (): void => {
      this.#leases.touch();
      this.#onChange?.();
    };
    this.#publisher = new OutboxPublisher({ ...ports, broker, onProgress }, limits);
    const takeProgress = this.#publisher.takeProgress.bind(this.#publisher);
    const onRelease = (): void => void this.#relay.poll();
    this.#leases = new EpochLeases({ ...ports, takeProgress, onRelease }, times);
    this.#writer = new OutboxWriter(owner, storage, this.#leases, times, log);
    const relayPorts = { ...ports, leases: this.#leases, publisher: this.#publisher };
    this.#relay = new OutboxRelay(relayPorts, times);
    this.#storage = storage;
    this.#clock = clock;
    this.#observe = options.observe;
    this.#log = log;
  }

  /** Begins to look for what dead writers left behind. */
  start(): void {
    this.#relay.start();
  }

  /**
   * Runs `work` in one transaction, commits it with the events it published, then sends those.
   * It does not wait for the broker.
   * @throws CommitUnknownError when the connection was lost during the commit
   * @throws RetryableError when nothing was committed and the same work may be tried again
   */
  async transaction<T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T> {
    if (this.#stopping) throw new RetryableError('the outbox is stopping');
    this.#openUnits += 1;
    try {
      return await this.#transaction(work);
    } finally {
      this.#openUnits -= 1;
      this.#onChange?.();
    }
  }

  async #transaction<T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T> {
    const tracker = await this.#writer.tracker();
    let unit: OutboxUnit | undefined;
    let result: T;
    try {
      result = await this.#storage.transaction(async (tx) => {
        unit = new OutboxUnit(tx, tracker);
        const value = await this.#run(unit, work);
        crashPoint('outbox.before-commit');
        return value;
      });
    } catch (error) {
      if (error instanceof CommitUnknownError) unit?.abandon();
      else unit?.abort();
      this.#leases.touch();
      throw error;
    }
    crashPoint('outbox.after-commit');
    if (unit !== undefined && unit.rows.length > 0) {
      this.#publisher.add(unit);
      this.#observe?.(unit.rows);
    }
    unit?.runHooks((error) =>
      this.#log.error({ err: asError(error) }, 'an after-commit hook threw'),
    );
    return result;
  }

  async #run<T>(unit: OutboxUnit, work: (unit: UnitOfWork) => Promise<T>): Promise<T> {
    let value: T;
    try {
      value = await work(unit);
      unit.seal();
      if (unit.rows.length > 0) unit.beforeCommit(this.#insert(unit));
    } catch (error) {
      // A statement before it that failed is why all after it did.
      await unit.done();
      throw error;
    }
    await unit.done();
    return value;
  }

  async #insert({ tx, tracker, rows }: OutboxUnit): Promise<void> {
    if (await this.#storage.insert(tx, tracker.epoch, rows)) return;
    // It was taken over: whoever did so would not see these rows.
    tracker.retired = true;
    throw new RetryableError(`outbox epoch ${tracker.epoch} is closed`);
  }

  /**
   * For each position, in order: a moment (epoch ms) by which all events at or below it, of its topics
   * if it names some, had reached the broker; 0 when they were never late, `Infinity` while they have
   * not.
   */
  publishedBy(tx: Tx, positions: readonly AskedPosition[]): Promise<number[]> {
    return positions.length === 0 ? Promise.resolve([]) : this.#storage.publishedBy(tx, positions);
  }

  /** Committed events that have not been sent yet. */
  get backlog(): number {
    return this.#publisher.backlog;
  }

  /** When the event that waits longest was committed, on `Clock.now`; undefined while none waits. */
  get oldestSinceMs(): number | undefined {
    return this.#publisher.oldestSinceMs;
  }

  /** Why publishing fails at the moment; undefined while it works. */
  get failure(): Error | undefined {
    return this.#publisher.failure;
  }

  /**
   * Lets the transactions under way end and their events be sent, for at most `graceMs`, then gives
   * up the epochs, so that another process takes over at once what is left.
   */
  async stop(graceMs = 3_000): Promise<void> {
    this.#stopping = true;
    await this.#relay.stop();
    // An outage is not waited out: what is left is published by whoever takes over.
    const isSent = (): boolean => this.#publisher.backlog === 0 || this.failure !== undefined;
    await this.#until(() => this.#openUnits === 0 && isSent(), graceMs);
    this.#publisher.stop();
    this.#leases.stop();
    try {
      await this.#leases.flush();
      await Promise.all([...this.#leases.trackers].map((tracker) => this.#leases.release(tracker)));
    } catch (error) {
      this.#log.warn({ err: asError(error) }, 'the outbox lease could not be given up');
    }
  }

  #until(condition: () => boolean, atMostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.#onChange = undefined;
        resolve();
      };
      const cancel = this.#clock.after(atMostMs, done);
      this.#onChange = () => condition() && done();
      this.#onChange();
    });
  }
}
