/** What the outbox needs of the world; a simulator brings its own. */
import type { Tx } from '../database.js';
import type { AskedPosition } from '../unit-of-work.js';
import type { WireMessage } from '../wire.js';

export interface StoredMessage {
  readonly seq: number;
  readonly message: WireMessage;
}

export interface WatermarkUpdate extends Progress {
  readonly epoch: string;
}

/** How far an epoch's events have been published. */
export interface Progress {
  readonly publishedUpTo: number;
  /** Something of it was published, or still waits, longer than it should after its commit. */
  readonly behind: boolean;
  /** Absent while all topics can be written to. */
  readonly stuck?: StuckTopics;
}

/** Topics that cannot be written to, and how it is about all others. */
export interface StuckTopics {
  readonly topics: readonly string[];
  readonly othersUpTo: number;
  readonly othersBehind: boolean;
}

export interface EpochState {
  readonly epoch: string;
  /** Inserts with this epoch are refused. */
  readonly closed: boolean;
}

export interface ClaimedEpoch {
  readonly epoch: string;
  readonly publishedUpTo: number;
}

export interface OutboxStorage {
  /**
   * Commits when `work` resolves, rolls back when it rejects.
   * @throws CommitUnknownError when it cannot tell which
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;

  /** A new epoch whose lease is held for `leaseMs`. */
  openEpoch(owner: string, leaseMs: number): Promise<string>;

  /** Adds the rows, unless the epoch is closed. From here to its end the transaction keeps it open. */
  insert(tx: Tx, epoch: string, rows: readonly StoredMessage[]): Promise<boolean>;

  /** Moves watermarks (never back) and extends leases. Drained epochs are missing in the answer. */
  renew(updates: readonly WatermarkUpdate[], leaseMs: number): Promise<EpochState[]>;

  /** Takes the leases of epochs that nobody renewed in time. Each is claimed by one caller only. */
  claimExpired(leaseMs: number): Promise<ClaimedEpoch[]>;

  /**
   * Closes the epoch: waits for the transactions that inserted with it, refuses all later ones.
   * @returns the last committed row's number, 0 when there is none above `publishedUpTo`
   */
  close(epoch: string, publishedUpTo: number): Promise<number>;

  /** Committed rows from `from` to `to`, in order, at most `limit`. */
  read(epoch: string, from: number, to: number, limit: number): Promise<StoredMessage[]>;

  /** A closed epoch's rows have all been published: it is over. */
  drain(epoch: string, publishedUpTo: number): Promise<void>;

  /** Ends the lease now, so that somebody takes the epoch over without waiting. */
  release(epoch: string): Promise<void>;

  /** See `Outbox.publishedBy`. */
  publishedBy(tx: Tx, positions: readonly AskedPosition[]): Promise<number[]>;

  /** Forgets epochs that were drained long ago. */
  forgetDrained(): Promise<void>;
}

export interface MessagePublisher {
  /**
   * Resolves when all messages are safely at the broker; rejects when any may not be.
   * @throws RequestTooLargeError when fewer of them may pass
   */
  send(messages: readonly WireMessage[]): Promise<void>;
}
