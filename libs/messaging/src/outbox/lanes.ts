/**
 * The events in memory that wait to be sent, one lane a topic. While all goes well, one request
 * carries the heads of all lanes. After a failure each lane is tried alone, in its own time, so that
 * a topic that cannot be written to holds up nobody else, as long as there is memory for what waits.
 * Order within a topic is kept.
 */
import { backoffMs } from '../clock.js';
import type { WireMessage } from '../wire.js';
import type { Ticket } from './watermark.js';

export interface Waiting {
  readonly message: WireMessage;
  readonly bytes: number;
  readonly ticket: Ticket;
  /** When it was committed, on the clock of `now`. */
  readonly sinceMs: number;
}

/** What waits in some of the lanes, in each from its head on. */
export interface Selection {
  readonly waiting: readonly Waiting[];
  readonly topics: readonly string[];
}

export interface LaneLimits {
  /** Of one request. */
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
}

export const DEFAULT_LANE_LIMITS: LaneLimits = {
  maxMessages: 1_000,
  // What one request sends to one partition is one record batch, which the broker limits to 1 MiB.
  maxBytes: 900_000,
  firstRetryMs: 50,
  maxRetryMs: 2_000,
};

interface Lane {
  queue: Waiting[];
  /** Index of the first entry; those before it are gone. */
  head: number;
  failures: number;
  /** Requests that had arrived when it began to fail. */
  sentBefore: number;
  retryAtMs: number;
  /** Messages of the next request, at most: fewer after one that was too large. */
  atMost: number;
}

export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  #count = 0;
  #bytes = 0;
  /** Requests that have arrived. */
  #sent = 0;

  constructor(private readonly limits: LaneLimits = DEFAULT_LANE_LIMITS) {}

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** When the entry that waits longest was committed. */
  get oldestMs(): number | undefined {
    return this.oldestBut([]);
  }

  /** The same without some topics. */
  oldestBut(topics: readonly string[]): number | undefined {
    let oldest: number | undefined;
    for (const [topic, { queue, head }] of this.#lanes) {
      if (topics.includes(topic)) continue;
      const since = queue[head]?.sinceMs;
      if (since !== undefined && (oldest === undefined || since < oldest)) oldest = since;
    }
    return oldest;
  }

  push(waiting: Waiting): void {
    const { topic } = waiting.message;
    let lane = this.#lanes.get(topic);
    if (lane === undefined) {
      lane = { queue: [], head: 0, failures: 0, sentBefore: 0, retryAtMs: 0, atMost: Infinity };
      this.#lanes.set(topic, lane);
    }
    lane.queue.push(waiting);
    this.#count += 1;
    this.#bytes += waiting.bytes;
  }

  /** What to send now. It stays here until `sent` says that it arrived. */
  select(nowMs: number): Selection | undefined {
    const filled = [...this.#lanes].filter(([, lane]) => lane.head < lane.queue.length);
    const failed = filled.find(([, lane]) => lane.failures > 0 && lane.retryAtMs <= nowMs);
    const chosen = failed ? [failed] : filled.filter(([, lane]) => lane.failures === 0);
    const waiting: Waiting[] = [];
    const topics: string[] = [];
    let bytes = 0;
    for (const [topic, { queue, head, atMost }] of chosen) {
      const before = waiting.length;
      for (let index = head; index < queue.length && index - head < atMost; index += 1) {
        const next = queue[index] as Waiting;
        const isFull = bytes + next.bytes > this.limits.maxBytes;
        if (waiting.length > 0 && (isFull || waiting.length >= this.limits.maxMessages)) break;
        waiting.push(next);
        bytes += next.bytes;
      }
      if (waiting.length > before) topics.push(topic);
    }
    return waiting.length > 0 ? { waiting, topics } : undefined;
  }

  sent({ waiting, topics }: Selection): void {
    this.#sent += 1;
    for (const { message, bytes } of waiting) {
      const lane = this.#lanes.get(message.topic) as Lane;
      lane.head += 1;
      this.#count -= 1;
      this.#bytes -= bytes;
    }
    let wasDown = false;
    for (const topic of topics) {
      const lane = this.#lanes.get(topic) as Lane;
      wasDown ||= lane.failures > 0;
      lane.failures = 0;
      lane.atMost *= 2;
      compact(lane);
      // To the end of the map: next time the other topics come first.
      this.#lanes.delete(topic);
      this.#lanes.set(topic, lane);
    }
    // The broker is back: the others need not wait for their turn.
    if (wasDown) for (const lane of this.#lanes.values()) lane.retryAtMs = 0;
  }

  /** `isTooLarge`: the broker takes no request as large as this one. */
  failed({ waiting, topics }: Selection, nowMs: number, isTooLarge = false): void {
    for (const topic of topics) {
      const lane = this.#lanes.get(topic) as Lane;
      if (lane.failures === 0) lane.sentBefore = this.#sent;
      lane.failures += 1;
      const { firstRetryMs, maxRetryMs } = this.limits;
      lane.retryAtMs = nowMs + backoffMs(lane.failures, firstRetryMs, maxRetryMs);
      if (!isTooLarge) continue;
      const count = waiting.filter(({ message }) => message.topic === topic).length;
      lane.atMost = Math.max(1, Math.floor(count / 2));
    }
  }

  /**
   * The topics that cannot be written to since before then, though others can, and what waits for
   * them. Where nothing arrives, it is the broker that is away.
   */
  stuck(sinceMs: number): Selection {
    const waiting: Waiting[] = [];
    const topics: string[] = [];
    for (const [topic, { queue, head, failures, sentBefore }] of this.#lanes) {
      if (failures === 0 || sentBefore === this.#sent) continue;
      if ((queue[head]?.sinceMs ?? Infinity) >= sinceMs) continue;
      topics.push(topic);
      for (let index = head; index < queue.length; index += 1)
        waiting.push(queue[index] as Waiting);
    }
    return { waiting, topics };
  }

  /** When the next failed lane may be tried; undefined when none waits for that. */
  get nextRetryMs(): number | undefined {
    let next: number | undefined;
    for (const { queue, head, failures, retryAtMs } of this.#lanes.values()) {
      if (failures === 0 || head >= queue.length) continue;
      if (next === undefined || retryAtMs < next) next = retryAtMs;
    }
    return next;
  }
}

/** Drops the entries before the head, now and then: each time would cost more than it saves. */
function compact(lane: Lane): void {
  if (lane.head >= lane.queue.length) {
    lane.queue = [];
    lane.head = 0;
  } else if (lane.head > 1_000 && lane.head * 2 > lane.queue.length) {
    lane.queue = lane.queue.slice(lane.head);
    lane.head = 0;
  }
}
