/**
 * Sends committed events to the broker: one request at a time, which carries all that came up while
 * the one before was under way. So nothing lingers when idle, and the batches grow with the load.
 * It tries for ever; what memory cannot hold meanwhile is read back from the table later. Memory is
 * shared by all topics: one that cannot be written to until it is full holds up the others as well.
 */
import type { Clock } from '../clock.js';
import { crashPoint } from '../crash-point.js';
import { asError, RequestTooLargeError } from '../errors.js';
import type { MessagingLog } from '../log.js';
import { sizeOf, type WireMessage } from '../wire.js';
import { Lanes } from './lanes.js';
import type { MessagePublisher, OutboxStorage, Progress, StoredMessage } from './ports.js';
import { endSending } from './traced.js';
import type { EpochTracker, Ticket } from './watermark.js';

export interface PublisherLimits {
  /** Events kept in memory, at most; the others wait in the table. */
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** Rows read back at once. */
  readonly readBackRows: number;
}

export const DEFAULT_PUBLISHER_LIMITS: PublisherLimits = {
  maxMessages: 20_000,
  maxBytes: 64_000_000,
  readBackRows: 2_000,
};

/** Published this long after its commit, an event counts as late. */
export const LATE_MS = 2_000;
const READ_RETRY_MS = 1_000;
/** An outage is reported when it begins, and again this often. */
const REPORT_EVERY_MS = 30_000;

export interface PublisherPorts {
  readonly broker: MessagePublisher;
  readonly storage: Pick<OutboxStorage, 'read'>;
  readonly clock: Clock;
  readonly log: MessagingLog;
  /** Something was published or failed to be: watermarks may have moved. */
  readonly onProgress: () => void;
}

/** One transaction's events with the numbers they were inserted under. */
export interface Committed {
  readonly tickets: readonly Ticket[];
  readonly rows: readonly StoredMessage[];
}

export class OutboxPublisher {
  readonly #lanes = new Lanes();
  /** Trackers that have rows to read back. */
  readonly #spilled = new Set<EpochTracker>();
  readonly #late = new Set<EpochTracker>();
  #sending = false;
  #reading = false;
  #stopped = false;
  #failingSinceMs: number | undefined;
  #reportedAtMs = -Infinity;
  #lastError: Error | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(
    private readonly ports: PublisherPorts,
    private readonly limits: PublisherLimits = DEFAULT_PUBLISHER_LIMITS,
  ) {}

  /** Takes over committed events. Never waits, never fails. */
  add({ tickets, rows }: Committed): void {
    const tracker = tickets[0]?.tracker;
    if (tracker === undefined) return;
    const nowMs = this.ports.clock.now();
    // Once rows wait in the table, later ones queue up behind them.
    if (tracker.hasSpilled || this.#isFull) {
      for (const ticket of tickets) tracker.spill(ticket, nowMs);
      for (const { message } of rows) endSending(message, 'spilled');
      this.#spilled.add(tracker);
    } else {
      for (const { seq, message } of rows) {
        const ticket = tickets.find(({ from, to }) => from <= seq && seq <= to);
        if (ticket !== undefined) this.#push(message, ticket, nowMs);
      }
    }
    this.#wake();
  }

  /** Publishes the rows that the tracker says are to be read back. */
  adopt(tracker: EpochTracker): void {
    if (tracker.hasSpilled) this.#spilled.add(tracker);
    this.#wake();
  }

  /** How far it is, and whether something was, or is about to be, published late; asking resets that. */
  takeProgress(tracker: EpochTracker): Progress {
    const nowMs = this.ports.clock.now();
    const spilledSinceMs = tracker.firstSpilled?.sinceMs ?? Infinity;
    const wasLate = this.#late.delete(tracker);
    const isBehind = (oldestMs = Infinity): boolean => {
      const isWaiting = !tracker.isIdle && nowMs - oldestMs > LATE_MS;
      // What a relay sends is late, for its writer did not live to send it.
      return wasLate || isWaiting || tracker.adopted || nowMs - spilledSinceMs > LATE_MS;
    };
    const { topics, waiting } = this.#lanes.stuck(nowMs - LATE_MS);
    const stuckOf = new Map<Ticket, number>();
    for (const { ticket } of waiting) stuckOf.set(ticket, (stuckOf.get(ticket) ?? 0) + 1);
    const othersUpTo = tracker.watermarkBut(stuckOf);
    const othersBehind = isBehind(this.#lanes.oldestBut(topics));
    return {
      publishedUpTo: tracker.watermark,
      behind: isBehind(this.#lanes.oldestMs),
      ...(topics.length > 0 && { stuck: { topics, othersUpTo, othersBehind } }),
    };
  }

  /** Events in memory and in the table that have not been sent. */
  get backlog(): number {
    let count = this.#lanes.count;
    for (const tracker of this.#spilled) count += tracker.spilledCount;
    return count;
  }

  /** Since when the one that waits longest does, in memory or in the table. */
  get oldestSinceMs(): number | undefined {
    let oldestMs = this.#lanes.oldestMs;
    for (const { firstSpilled } of this.#spilled) {
      if (firstSpilled === undefined) continue;
      oldestMs = Math.min(oldestMs ?? Infinity, firstSpilled.sinceMs);
    }
    return oldestMs;
  }

  /** Why the last attempt failed; undefined while sending works. */
  get failure(): Error | undefined {
    return this.#failingSinceMs === undefined ? undefined : this.#lastError;
  }

  /** After this nothing more is begun. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
  }

  get #isFull(): boolean {
    return (
      this.#lanes.count >= this.limits.maxMessages || this.#lanes.bytes >= this.limits.maxBytes
    );
  }

  #push(message: WireMessage, ticket: Ticket, sinceMs: number): void {
    this.#lanes.push({ message, bytes: sizeOf(message), ticket, sinceMs });
  }

  /** On the next microtask, so that transactions that end together are sent together. */
  #wake(): void {
    if (this.#stopped) return;
    queueMicrotask(() => {
      void this.#readBack();
      void this.#sendAll();
    });
  }

  async #sendAll(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    while (!this.#stopped) {
      const selection = this.#lanes.select(this.ports.clock.now());
      if (selection === undefined) break;
      try {
        crashPoint('outbox.before-publish');
        await this.ports.broker.send(selection.waiting.map(({ message }) => message));
        crashPoint('outbox.after-publish');
        this.#lanes.sent(selection);
        const nowMs = this.ports.clock.now();
        for (const { message, ticket, sinceMs } of selection.waiting) {
          endSending(message);
          ticket.tracker.published(ticket);
          if (nowMs - sinceMs > LATE_MS) this.#late.add(ticket.tracker);
        }
        this.#reportSuccess(nowMs);
      } catch (error) {
        const isTooLarge = error instanceof RequestTooLargeError;
        this.#lanes.failed(selection, this.ports.clock.now(), isTooLarge);
        this.#reportFailure(asError(error), selection.topics);
      }
      this.ports.onProgress();
      void this.#readBack();
    }
    this.#sending = false;
    this.#scheduleRetry();
  }

  #scheduleRetry(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const retryMs = this.#lanes.nextRetryMs;
    if (retryMs === undefined || this.#stopped) return;
    const delayMs = Math.max(1, retryMs - this.ports.clock.now());
    this.#cancelTimer = this.ports.clock.after(delayMs, () => this.#wake());
  }

  /** Fills memory again from the table when it is running low. */
  async #readBack(): Promise<void> {
    if (this.#reading || this.#stopped) return;
    if (this.#lanes.count > this.limits.maxMessages / 4) return;
    if (this.#lanes.bytes > this.limits.maxBytes / 4) return;
    const [tracker] = this.#spilled;
    const range = tracker?.firstSpilled;
    if (tracker === undefined || range === undefined) {
      if (tracker !== undefined) this.#spilled.delete(tracker);
      if (this.#spilled.size > 0) this.#wake();
      return;
    }
    this.#reading = true;
    try {
      const limit = this.limits.readBackRows;
      const rows = await this.ports.storage.read(tracker.epoch, range.from, range.to, limit);
      const to = rows.length < limit ? range.to : (rows.at(-1)?.seq ?? range.to);
      const ticket = tracker.readBack({ from: range.from, to }, rows.length);
      for (const { message } of rows) this.#push(message, ticket, range.sinceMs);
      this.#reading = false;
      if (rows.length === 0) this.ports.onProgress();
      this.#wake();
    } catch (error) {
      this.ports.log.warn({ err: asError(error) }, 'cannot read the outbox, trying again');
      this.ports.clock.after(READ_RETRY_MS, () => {
        this.#reading = false;
        this.#wake();
      });
    }
  }

  #reportFailure(error: Error, topics: readonly string[]): void {
    const nowMs = this.ports.clock.now();
    this.#failingSinceMs ??= nowMs;
    this.#lastError = error;
    if (nowMs - this.#reportedAtMs < REPORT_EVERY_MS) return;
    this.#reportedAtMs = nowMs;
    const waiting = this.backlog;
    this.ports.log.warn({ err: error, topics, waiting }, 'cannot publish, trying again');
  }

  #reportSuccess(nowMs: number): void {
    if (this.#failingSinceMs === undefined || this.#lanes.nextRetryMs !== undefined) return;
    const outageMs = Math.round(nowMs - this.#failingSinceMs);
    this.#failingSinceMs = undefined;
    this.#reportedAtMs = -Infinity;
    this.ports.log.info({ outageMs, waiting: this.backlog }, 'publishing again');
  }
}
