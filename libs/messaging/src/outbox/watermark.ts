/**
 * How far one writer's stream of outbox rows has been published. Numbers are given out in order, but
 * their transactions commit, fail and are published in any order; the watermark is the highest
 * number with nothing outstanding at or below it. A number is outstanding from the moment it is given
 * out until its event has reached the broker or its transaction has certainly been rolled back.
 */
import { RangeSet, type SeqRange } from './range-set.js';

/** Numbers that were given out together and are settled when all of their events are. */
export interface Ticket extends SeqRange {
  readonly tracker: EpochTracker;
  /** Events not yet settled. */
  remaining: number;
}

export class EpochTracker {
  /** No transaction may begin with it any more; what is under way may end. */
  retired = false;
  readonly #tickets = new Set<Ticket>();
  /** Committed, but no longer in memory: to be read back from the table. */
  readonly #spilled = new RangeSet();
  #spilledSince = 0;
  #lastGiven: number;
  /** The lowest number whose transaction may or may not have committed. */
  #unknownFrom = Infinity;

  /**
   * `lastSeq` above 0: rows of another writer, up to that number, that are taken over after
   * `publishedUpTo`.
   */
  constructor(
    readonly epoch: string,
    readonly adopted: boolean = false,
    { publishedUpTo = 0, lastSeq = 0, nowMs = 0 } = {},
  ) {
    this.#lastGiven = lastSeq;
    if (lastSeq > publishedUpTo) {
      this.#spilled.add({ from: publishedUpTo + 1, to: lastSeq });
      this.#spilledSince = nowMs;
    }
  }

  /** Gives out the next `count` numbers. */
  open(count: number): Ticket {
    const from = this.#lastGiven + 1;
    this.#lastGiven += count;
    const ticket: Ticket = { tracker: this, from, to: this.#lastGiven, remaining: count };
    this.#tickets.add(ticket);
    return ticket;
  }

  /** `count` of the ticket's events reached the broker. */
  published(ticket: Ticket, count = 1): void {
    ticket.remaining -= count;
    if (ticket.remaining <= 0) this.#tickets.delete(ticket);
  }

  /** The ticket's transaction was certainly rolled back. */
  abort(ticket: Ticket): void {
    this.#tickets.delete(ticket);
    // Where rows wait in the table, a hole between them would split their range in two; reading it
    // back with them finds nothing and does no harm.
    if (!this.#spilled.isEmpty) this.#spilled.add(ticket);
  }

  /** The ticket's events are committed; memory has no room for them. */
  spill(ticket: Ticket, nowMs: number): void {
    this.#tickets.delete(ticket);
    if (this.#spilled.isEmpty) this.#spilledSince = nowMs;
    this.#spilled.add(ticket);
  }

  /** The ticket's transaction may or may not have committed: only closing the epoch can tell. */
  unknown(ticket: Ticket): void {
    this.retired = true;
    this.#tickets.delete(ticket);
    this.#unknownFrom = Math.min(this.#unknownFrom, ticket.from);
  }

  /** The first rows to read back, and since when they have been waiting. */
  get firstSpilled(): (SeqRange & { readonly sinceMs: number }) | undefined {
    const first = this.#spilled.first;
    return first && { ...first, sinceMs: this.#spilledSince };
  }

  /**
   * The rows of this range, or of its beginning, were read back: `rows` events are in memory again.
   * No rows in it: it is settled. It need not be the first range any more: transactions with lower
   * numbers may have ended, and been spilled, while it was read.
   */
  readBack({ from, to }: SeqRange, rows: number): Ticket {
    this.#spilled.take({ from, to });
    const ticket: Ticket = { tracker: this, from, to, remaining: rows };
    if (rows > 0) this.#tickets.add(ticket);
    return ticket;
  }

  get hasSpilled(): boolean {
    return !this.#spilled.isEmpty;
  }

  get spilledCount(): number {
    return this.#spilled.count;
  }

  get hasUnknown(): boolean {
    return this.#unknownFrom !== Infinity;
  }

  /** Nothing that this process could still settle. */
  get isIdle(): boolean {
    return this.#tickets.size === 0 && this.#spilled.isEmpty;
  }

  get lastGiven(): number {
    return this.#lastGiven;
  }

  get watermark(): number {
    return this.watermarkBut();
  }

  /** The watermark as if some events were published: so many of each ticket. */
  watermarkBut(some?: ReadonlyMap<Ticket, number>): number {
    let lowest = Math.min(this.#lastGiven + 1, this.#unknownFrom);
    lowest = Math.min(lowest, this.#spilled.first?.from ?? Infinity);
    for (const ticket of this.#tickets) {
      const { from, remaining } = ticket;
      if (remaining <= (some?.get(ticket) ?? 0)) continue;
      if (from < lowest) lowest = from;
    }
    return lowest - 1;
  }
}
