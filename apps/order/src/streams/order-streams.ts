/**
 * Everybody who watches orders through this process. One poll reads what is new for all of them:
 * from the table, so that it does not matter which replica has handled the change. `listen/notify`
 * would be sooner, at the price of a lock that each commit of every writer takes.
 */
import type { MessagingLog } from '#messaging';
import { Poll } from '#participant';
import { gauge, runtime, type StreamResponse } from '#platform';
import type { OrderEvent } from '../domain/order-event.js';
import { EventStream } from './event-stream.js';

export interface StreamLimits {
  readonly maxClients: number;
  readonly pollMs: number;
  readonly heartbeatMs: number;
  /** For how long one is open. */
  readonly maxMs: number;
}

export interface StreamParts {
  readonly limits: StreamLimits;
  /** What has come to each order since it was known, at most so many entries of each. */
  readonly read: (
    watched: ReadonlyMap<string, number>,
    limit: number,
  ) => Promise<ReadonlyMap<string, readonly OrderEvent[]>>;
  /** Those of these keys that are still good. */
  readonly goodKeys: (keyIds: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly frame: (event: OrderEvent) => string;
  readonly log: MessagingLog;
}

/** Most entries that are written to a reader at once; the others follow when it has taken them. */
const PAGE = 100;
/** A database that is away is not asked four times a second, nor the log told as often. */
const PAUSE_AFTER_FAILURE_MS = 2_000;
const UPKEEP_MS_MAX = 1_000;

export class TooManyStreamsError extends Error {}

interface OpenStream {
  readonly endsMs: number;
  /** With which it was asked for: it ends when that is revoked. Absent where none was needed. */
  readonly keyId: string | undefined;
}

export class OrderStreams {
  private readonly open = new Map<EventStream, OpenStream>();
  private readonly poll: Poll;
  private readonly upkeep: Poll;
  private readonly metric = gauge({
    name: 'order_streams_open',
    help: 'Connections over which orders are watched',
  });
  private isClosed = false;
  private failedMs = -Infinity;

  constructor(private readonly parts: StreamParts) {
    const { limits, log } = parts;
    const run = () => this.readNews();
    this.poll = new Poll({ name: 'watched orders', everyMs: limits.pollMs, log, run });
    this.upkeep = new Poll({
      name: 'streams of orders',
      everyMs: Math.min(limits.heartbeatMs / 4, UPKEEP_MS_MAX),
      log,
      run: () => this.tend(),
    });
  }

  get count(): number {
    return this.open.size;
  }

  /** @throws TooManyStreamsError also when this process is about to stop */
  checkRoom(): void {
    if (this.isClosed || this.open.size >= this.parts.limits.maxClients) {
      throw new TooManyStreamsError();
    }
  }

  /**
   * Sends what comes after `known`, what is there at once, until the response is closed.
   * @param keyId of the key that it was asked for with
   * @throws TooManyStreamsError
   */
  add(
    orderId: string,
    known: number,
    response: StreamResponse & { on(event: 'close' | 'error', listener: () => void): unknown },
    keyId?: string,
  ): void {
    this.checkRoom();
    // whoever has gone says so by closing, and did before anybody listened
    if (response.destroyed) return;
    const stream = new EventStream(orderId, known, response, this.parts.frame);
    this.open.set(stream, { endsMs: runtime.monotonicMs() + this.parts.limits.maxMs, keyId });
    response.on('error', () => undefined);
    response.on('close', () => this.remove(stream));
    this.metric.set(this.open.size);
    this.upkeep.start();
    this.poll.start();
    this.poll.wake();
  }

  /** Ends all streams, so that a stop does not wait for them. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isClosed = true;
    for (const stream of this.open.keys()) stream.end();
    await Promise.all([this.poll.stop(), this.upkeep.stop()]);
  }

  private remove(stream: EventStream): void {
    this.open.delete(stream);
    this.metric.set(this.open.size);
    if (this.open.size > 0) return;
    void this.poll.stop();
    void this.upkeep.stop();
  }

  /** @returns whether some of it is still to be read */
  private async readNews(): Promise<boolean> {
    if (runtime.monotonicMs() - this.failedMs < PAUSE_AFTER_FAILURE_MS) return false;
    // Who comes while it is read is not among them, for it may know less than was asked for.
    const readers = [...this.open.keys()].filter(({ takesMore }) => takesMore);
    const watched = new Map<string, number>();
    for (const { orderId, known } of readers) {
      watched.set(orderId, Math.min(known, watched.get(orderId) ?? known));
    }
    if (watched.size === 0) return false;
    let news: ReadonlyMap<string, readonly OrderEvent[]>;
    try {
      news = await this.parts.read(watched, PAGE);
    } catch (error) {
      this.failedMs = runtime.monotonicMs();
      throw error;
    }
    for (const reader of readers) {
      const events = news.get(reader.orderId) ?? [];
      reader.send(events, events.length < PAGE);
    }
    return [...news.values()].some(({ length }) => length === PAGE);
  }

  private async tend(): Promise<boolean> {
    const nowMs = runtime.monotonicMs();
    for (const [stream, { endsMs }] of this.open) {
      if (nowMs >= endsMs) stream.end();
      else stream.keepAlive(this.parts.limits.heartbeatMs);
    }
    await this.endRevoked();
    return false;
  }

  /** Who comes again then shows a key that is refused. */
  private async endRevoked(): Promise<void> {
    const asked = [...this.open].filter(([, { keyId }]) => keyId !== undefined);
    if (asked.length === 0) return;
    const good = await this.parts.goodKeys([...new Set(asked.map(([, { keyId = '' }]) => keyId))]);
    for (const [stream, { keyId = '' }] of asked) if (!good.has(keyId)) stream.end();
  }
}
