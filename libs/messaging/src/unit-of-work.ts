/** One database transaction and the events that become public when, and only when, it commits. */
import type { Tx } from './database.js';
import type { OutgoingEvent } from './event.js';
import type { WireMessage } from './wire.js';

/** A place in a writer's stream of outbox rows. Both are int8 in the database, so strings here. */
export interface StreamPosition {
  readonly epoch: string;
  readonly seq: string;
}

/** Only events for these topics count; for all, where it does not say. */
export interface AskedPosition extends StreamPosition {
  readonly topics?: readonly string[];
}

export interface UnitOfWork {
  readonly tx: Tx;
  /**
   * Adds events to this transaction's outbox rows; they are sent after the commit.
   * @throws EventTooLargeError when the broker would refuse one of them
   */
  publish(...events: OutgoingEvent[]): void;
  /**
   * The same for a message that is to go out as it is, whether or not it is an event of ours: what
   * was put aside and is sent again.
   * @throws EventTooLargeError; TypeError where the value is no JSON, which the outbox cannot keep
   */
  forward(message: WireMessage): void;
  /** A position at or above every event this unit has published so far; see `Outbox.publishedBy`. */
  stamp(): StreamPosition;
  /**
   * For a statement that nothing waits for: it travels with those that follow it, and its failure
   * fails the transaction.
   */
  beforeCommit(statement: Promise<unknown>): void;
  /** Runs after the commit, not at all after a rollback. It must not throw. */
  afterCommit(hook: () => void): void;
}
